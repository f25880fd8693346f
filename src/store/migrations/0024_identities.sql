-- People as providers of sign-in know them, and whose account that is.
CREATE TABLE identities (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  -- What the provider called them when they were linked: for people to read, never to find anybody by.
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  UNIQUE (provider, subject)
) STRICT;
CREATE INDEX identities_by_account ON identities (account);
