-- What the scheduler decided about each deployment and what it knew then, one row for each time that was another than before.

CREATE TABLE decisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  deployment TEXT NOT NULL,
  at INTEGER NOT NULL,
  decided TEXT NOT NULL,
  gates TEXT NOT NULL,
  inputs TEXT NOT NULL
) STRICT;

CREATE INDEX decisions_by_deployment ON decisions (deployment, number);
