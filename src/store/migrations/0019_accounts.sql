-- Who acts: people, and services that act by themselves. A token is an account's, and never good for more than it.
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
  email TEXT,
  -- Null: none was ever set, or it was taken away.
  password TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  disabled_at INTEGER
) STRICT;

-- An empty project or environment stands for all of them: a key may hold no NULL.
CREATE TABLE grants (
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  role TEXT NOT NULL,
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (account, project, environment, role)
) STRICT;

-- A browser in which somebody has signed in, by the hash of what its cookie holds.
CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  browser TEXT NOT NULL,
  address TEXT NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account, ended_at);

-- Links with which a person sets a password, once.
CREATE TABLE invitations (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

-- Failed tries to sign in, by account and by address: they outlive a restart.
CREATE TABLE tries (
  of TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

INSERT INTO accounts (name, kind, created_at, created_by)
  SELECT name, 'service', created_at, created_by FROM tokens;
INSERT INTO grants (account, role, project, environment, granted_at, granted_by)
  SELECT name, CASE scope WHEN 'read' THEN 'viewer' WHEN 'contribute' THEN 'contributor' WHEN 'deploy' THEN 'maintainer' ELSE 'admin' END,
    '', '', created_at, created_by FROM tokens;
INSERT OR IGNORE INTO grants (account, role, project, environment, granted_at, granted_by)
  SELECT tokens.name, roles.value, '', '', created_at, created_by FROM tokens, json_each(tokens.roles) AS roles;

CREATE TABLE tokens_of_accounts (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  -- Null: for every project that the account may see.
  project TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  used_at INTEGER
) STRICT;
INSERT INTO tokens_of_accounts (number, name, account, hash, scope, created_at, created_by, expires_at, revoked_at)
  SELECT number, name, name, hash, scope, created_at, created_by, expires_at, revoked_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_of_accounts RENAME TO tokens;
