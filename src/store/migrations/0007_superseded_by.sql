-- Which newer deployment took the place of an older one, so that a newer one can tell what it carries.

ALTER TABLE deployments ADD COLUMN superseded_by INTEGER;

CREATE INDEX deployments_superseded ON deployments (superseded_by) WHERE superseded_by IS NOT NULL;
