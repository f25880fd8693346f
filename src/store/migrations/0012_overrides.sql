-- A person lets a deployment pass a gate that is closed, and says why.
CREATE TABLE overrides (
  deployment TEXT NOT NULL,
  gate TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (deployment, gate)
) STRICT;
