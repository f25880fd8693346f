-- Keys with which a person signs in without a password: the public half, by the id that the authenticator gave it.
CREATE TABLE passkeys (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  credential TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  counter INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX passkeys_by_account ON passkeys (account);

-- What a browser has to answer, once and soon. By its hash; data is what the answer is for.
CREATE TABLE challenges (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_by_expiry ON challenges (expires_at);
