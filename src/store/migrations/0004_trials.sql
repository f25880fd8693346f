-- Deployments say what became of their smoke steps, and of the watching of the new release.
UPDATE deployments SET deployment = json_set(deployment, '$.smoke', NULL, '$.bake', NULL);
