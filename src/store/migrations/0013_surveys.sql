-- What looks at a database found: from within a release, on a track. `deployment` is null when a person asked.
CREATE TABLE surveys (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  release TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  survey TEXT NOT NULL
) STRICT;
CREATE INDEX surveys_by_release ON surveys (track, release, number);
CREATE INDEX surveys_waiting ON surveys (track) WHERE state = 'waiting';

-- What deployments have done to the databases of their tracks.
CREATE TABLE applied_migrations (
  deployment INTEGER PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  at INTEGER NOT NULL,
  names TEXT NOT NULL
) STRICT;
CREATE INDEX applied_migrations_by_track ON applied_migrations (track, deployment);
