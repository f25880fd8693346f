ALTER TABLE runs ADD COLUMN expires_at INTEGER;

CREATE INDEX runs_by_deadline ON runs (expires_at) WHERE expires_at IS NOT NULL;
