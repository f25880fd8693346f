-- How a commit stands to another that was live: what git said, so that gates can be asked without waiting for it.

CREATE TABLE relations (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  commit_sha TEXT NOT NULL,
  other_sha TEXT NOT NULL,
  relation TEXT NOT NULL,
  PRIMARY KEY (project, commit_sha, other_sha)
) STRICT;
