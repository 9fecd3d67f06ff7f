-- Properties go along with a COPY from another home too; null means the same home.
ALTER TABLE dav_intent ADD COLUMN source_home VARCHAR(64);
