-- What guards each environment, as the release that was promoted there last had it. It outlives the environment in the configuration.
-- `deployment` is null until one has succeeded; `since` is when it came into force.
CREATE TABLE safeguards (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  safeguards TEXT NOT NULL,
  deployment TEXT,
  since INTEGER NOT NULL,
  PRIMARY KEY (project, environment)
) STRICT;
