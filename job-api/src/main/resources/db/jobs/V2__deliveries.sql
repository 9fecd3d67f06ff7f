-- How a job's results get into its owner's home: one row for every job that has ended since.
CREATE TABLE delivery (
  job BIGINT PRIMARY KEY,
  state VARCHAR(10) NOT NULL,      -- waiting, copied, refused, empty
  folder VARCHAR(300),             -- below the home, once it is known
  inode BIGINT,                    -- of the folder on its way: tells after a crash whether it arrived
  message VARCHAR(1000)            -- why it was refused
);
CREATE INDEX delivery_state ON delivery (state);
