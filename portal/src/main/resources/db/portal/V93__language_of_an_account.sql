-- In which a person is mailed to; the pages' own choice is kept in each browser.
alter table account add column language varchar(2) default 'en' not null check (language in ('en', 'de'));
