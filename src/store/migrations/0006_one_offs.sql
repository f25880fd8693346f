ALTER TABLE one_offs ADD COLUMN name TEXT;

ALTER TABLE one_offs ADD COLUMN tick INTEGER;

ALTER TABLE one_offs ADD COLUMN expires_at INTEGER;

CREATE UNIQUE INDEX one_offs_once_per_tick ON one_offs (track, name, tick) WHERE tick IS NOT NULL;

CREATE INDEX one_offs_unfinished ON one_offs (track, number) WHERE state <> 'finished';

CREATE INDEX one_offs_by_track ON one_offs (track, number);

CREATE INDEX one_offs_by_deadline ON one_offs (expires_at) WHERE expires_at IS NOT NULL;

-- Records of the first version said `waiting` of a command that the target had been asked for.
UPDATE one_offs SET state = 'started' WHERE state = 'waiting';

UPDATE one_offs SET one_off = json_set(
  one_off,
  '$.state', state, '$.name', NULL, '$.destructive', json('false'), '$.dryRun', json('false'),
  '$.where', json('{"kind":"once"}'), '$.instances', json('[]'), '$.tick', NULL, '$.comment', NULL,
  '$.startedAt', NULL, '$.expiresAt', NULL, '$.results', json('[]')
);

CREATE TABLE schedules (
  track TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- NULL while it is paused.
  due_at INTEGER,
  schedule TEXT NOT NULL,
  PRIMARY KEY (track, name)
) STRICT;

CREATE INDEX schedules_by_time ON schedules (due_at) WHERE due_at IS NOT NULL;
