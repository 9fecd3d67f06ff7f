-- Who holds a job, and why: a Hold as JSON, as failure is. Null when nobody does.
ALTER TABLE job ADD COLUMN hold VARCHAR(1000);
