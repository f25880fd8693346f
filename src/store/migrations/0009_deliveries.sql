CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  fact INTEGER NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  delivery TEXT NOT NULL,
  UNIQUE (fact, lane)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';

CREATE INDEX deliveries_sending ON deliveries (number) WHERE state = 'sending';

CREATE INDEX deliveries_by_project ON deliveries (project, number);

-- What happened before notices were sent is old news.
INSERT INTO meta (key, value) SELECT 'notices', MAX(seq) FROM facts HAVING COUNT(*) > 0;
