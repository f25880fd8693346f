-- What is looked at for all projects at once: the newest of each, without a walk over those of the others.

CREATE INDEX runs_by_project ON runs (project, number);

CREATE INDEX deployments_by_project ON deployments (project, number);

CREATE INDEX deployments_unfinished ON deployments (number) WHERE state <> 'finished';

CREATE INDEX events_by_project ON events (project, number);

-- When it last began or ended: the one of a track that did so last is the one that was attempted.
ALTER TABLE deployments ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0;

UPDATE deployments SET moved_at = COALESCE(
  json_extract(deployment, '$.startedAt'), json_extract(deployment, '$.finishedAt'), created_at);

CREATE INDEX deployments_by_move ON deployments (track, moved_at, number);
