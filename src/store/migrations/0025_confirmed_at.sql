-- When whoever sits there showed last that it is them. Before this column nobody was asked: they are, the first time it matters.
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
