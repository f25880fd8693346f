-- What a person is to the team, for `role:NAME` in approvers and permissions. JSON: a list of names.
ALTER TABLE tokens ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
