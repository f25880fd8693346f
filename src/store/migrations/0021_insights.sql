-- What is counted over time. Of every deployment that had begun the few fields that say how it ended: none is read whole.

CREATE TABLE endings (
  track TEXT NOT NULL,
  finished_at INTEGER NOT NULL,
  number INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  commit_sha TEXT NOT NULL,
  replaced_sha TEXT,
  rolled_back INTEGER NOT NULL,
  stays_live INTEGER NOT NULL,
  PRIMARY KEY (track, finished_at, number)
) STRICT, WITHOUT ROWID;

INSERT INTO endings SELECT track, json_extract(deployment, '$.finishedAt'), number, project, reason, outcome,
  json_extract(deployment, '$.startedAt'), json_extract(deployment, '$.release.commit'), NULL,
  COALESCE(json_extract(deployment, '$.state.rolledBack'), 0), COALESCE(json_extract(deployment, '$.state.staysLive'), 0)
FROM deployments WHERE outcome IS NOT NULL AND json_extract(deployment, '$.startedAt') IS NOT NULL;

-- Every commit that became live on a track, when it did for the first time.
CREATE TABLE arrivals (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  deployment INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  live_at INTEGER NOT NULL,
  reverts TEXT,
  PRIMARY KEY (track, commit_sha)
) STRICT;

CREATE INDEX arrivals_by_time ON arrivals (track, live_at, accepted_at);

CREATE INDEX arrivals_by_revert ON arrivals (track, live_at, reverts, deployment) WHERE reverts IS NOT NULL;
