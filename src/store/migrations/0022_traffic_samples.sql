-- What visitors got while a deployment moved, from the beginning up to each of some moments.
CREATE TABLE traffic_samples (
  deployment INTEGER NOT NULL,
  at INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  by_release TEXT NOT NULL,
  PRIMARY KEY (deployment, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX traffic_samples_by_time ON traffic_samples (at);
