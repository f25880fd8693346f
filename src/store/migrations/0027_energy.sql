-- What work took: laps of jobs, by the run or deployment they were for, and the sum of each. Numbers of the time itself: another
-- machine or another grid later changes nothing about them.
CREATE TABLE laps (
  subject TEXT NOT NULL,
  attempt TEXT NOT NULL,
  place INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  at INTEGER NOT NULL,
  lap TEXT NOT NULL,
  PRIMARY KEY (subject, attempt, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE energies (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL UNIQUE,
  joules REAL NOT NULL,
  low REAL NOT NULL,
  high REAL NOT NULL,
  grid_grams REAL NOT NULL,
  made_grams REAL NOT NULL,
  basis TEXT NOT NULL,
  PRIMARY KEY (project, at, subject)
) STRICT, WITHOUT ROWID;
