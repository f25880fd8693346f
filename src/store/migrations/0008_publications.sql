-- Releases that people made public, in order.
CREATE TABLE publications (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  release TEXT NOT NULL,
  tag TEXT NOT NULL,
  notes TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (project, app, release),
  UNIQUE (project, tag)
) STRICT;

-- Other names of releases; a name is never given to another one.
CREATE TABLE aliases (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  name TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (project, app, name)
) STRICT;

CREATE INDEX aliases_by_release ON aliases (release);

-- What the next publication of an app would tell of.
CREATE TABLE drafts (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  draft TEXT NOT NULL,
  PRIMARY KEY (project, app)
) STRICT;
