-- Deployments say which versions were seen after their end, and which one they are another attempt at.
UPDATE deployments SET deployment = json_set(deployment, '$.versions', NULL, '$.retryOf', NULL, '$.attempt', 1);
