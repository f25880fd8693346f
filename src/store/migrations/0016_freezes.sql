-- Times in which nothing is deployed, put up by people, and their words that something may go all the same.

CREATE TABLE freezes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;

CREATE INDEX freezes_by_place ON freezes (project, environment, until_at);

CREATE TABLE freeze_overrides (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment)
) STRICT;

-- When the queue of a track is to be asked again, because what held it ends by itself then.
CREATE TABLE turns (
  track TEXT PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX turns_by_time ON turns (at);
