-- What runs on the target is not known: the database is from a backup, and nobody has looked since.
ALTER TABLE tracks ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
