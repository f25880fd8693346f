-- Since when the last look has found a track as it should be, after one that had not.
ALTER TABLE tracks ADD COLUMN well_since INTEGER NOT NULL DEFAULT 0;

-- When to look again where a release goes by itself: it has to have stood well somewhere for a while.
CREATE TABLE looks (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, app, commit_sha)
) STRICT;

CREATE INDEX looks_by_time ON looks (at);

-- The next tick of each timer of the configuration. Of a branch, or of an environment; the other one is empty.
CREATE TABLE timers (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  branch TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, branch, cron, timezone)
) STRICT;

CREATE INDEX timers_by_time ON timers (due_at);
