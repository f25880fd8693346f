-- Who comes into an environment, and whether anybody does at the moment.

CREATE TABLE doors (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  version INTEGER NOT NULL,
  maintenance_message TEXT,
  maintenance_since INTEGER,
  maintenance_by TEXT,
  PRIMARY KEY (project, environment)
) STRICT;

CREATE TABLE door_users (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, name)
) STRICT;
