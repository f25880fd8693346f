-- Why a person changed it.
ALTER TABLE variables ADD COLUMN reason TEXT;

-- The types that the value is of, a JSON list: a sealed one cannot be looked at later. NULL = not known.
ALTER TABLE variables ADD COLUMN fits TEXT;

-- A person's word that an environment may be without a required variable for a while.
CREATE TABLE waivers (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, name)
) STRICT;
