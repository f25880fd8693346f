-- To which ref a run's commit was pushed is asked with every decision: it is found without reading what the run did.
ALTER TABLE runs ADD COLUMN ref TEXT;
ALTER TABLE runs ADD COLUMN proposed INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET ref = json_extract(run, '$.ref'), proposed = json_extract(run, '$.proposal') IS NOT NULL;

CREATE INDEX runs_by_ref ON runs (project, ref, number) WHERE proposed = 0;
