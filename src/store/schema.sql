-- The result of all migrations, for reading. A test keeps it so.

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  origin TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;

CREATE TABLE refs (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  ref TEXT NOT NULL,
  sha TEXT NOT NULL,
  PRIMARY KEY (project, ref)
) STRICT;

CREATE TABLE events (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  ref TEXT NOT NULL,
  before TEXT,
  after TEXT,
  source TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  run TEXT,
  because TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_commit ON events (project, after);

CREATE TABLE specs (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  commit_sha TEXT NOT NULL,
  spec TEXT NOT NULL,
  PRIMARY KEY (project, commit_sha)
) STRICT;

CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  event TEXT NOT NULL UNIQUE,
  commit_sha TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  run TEXT NOT NULL
, expires_at INTEGER, ref TEXT, proposed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX runs_by_commit ON runs (project, commit_sha);

CREATE INDEX runs_unfinished ON runs (number) WHERE state <> 'finished';

CREATE TABLE releases (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  run TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  discarded_at INTEGER,
  UNIQUE (project, app, commit_sha),
  UNIQUE (project, app, version)
) STRICT;

CREATE INDEX releases_by_digest ON releases (digest);

CREATE TABLE tracks (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  environment TEXT NOT NULL,
  live TEXT,
  scale TEXT NOT NULL DEFAULT '{}',
  observed TEXT,
  checked_at INTEGER NOT NULL DEFAULT 0,
  finding TEXT
, well_since INTEGER NOT NULL DEFAULT 0, unsure INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE deployments (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE,
  release TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT,
  deadline_at INTEGER,
  created_at INTEGER NOT NULL,
  deployment TEXT NOT NULL
, superseded_by INTEGER, moved_at INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE UNIQUE INDEX deployments_one_active ON deployments (track) WHERE state IN ('rolling', 'reverting');

CREATE INDEX deployments_open ON deployments (track, number) WHERE state <> 'finished';

CREATE INDEX deployments_by_track ON deployments (track, number);

CREATE INDEX deployments_by_release ON deployments (release, track);

CREATE INDEX deployments_by_deadline ON deployments (deadline_at) WHERE deadline_at IS NOT NULL;

CREATE TABLE plans (
  deployment TEXT NOT NULL,
  hash TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (deployment, hash)
) STRICT;

CREATE TABLE approvals (
  deployment TEXT NOT NULL,
  plan TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  comment TEXT,
  PRIMARY KEY (deployment, plan, person)
) STRICT;

CREATE TABLE locks (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (project, environment)
) STRICT;

CREATE TABLE variables (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  secret INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL, reason TEXT, fits TEXT,
  PRIMARY KEY (project, environment, name, version)
) STRICT;

CREATE TABLE one_offs (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  one_off TEXT NOT NULL
, name TEXT, tick INTEGER, expires_at INTEGER) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  kind TEXT NOT NULL,
  project TEXT NOT NULL,
  subject TEXT NOT NULL,
  command TEXT NOT NULL,
  number INTEGER,
  epoch INTEGER,
  due_at INTEGER NOT NULL,
  give_up_at INTEGER,
  tries INTEGER NOT NULL DEFAULT 0,
  crashes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX outbox_due ON outbox (epoch, due_at);

CREATE INDEX outbox_by_subject ON outbox (subject);

CREATE INDEX outbox_by_lane ON outbox (lane, id);

CREATE TABLE facts (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  project TEXT,
  subject TEXT NOT NULL,
  actor TEXT NOT NULL,
  data TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;

CREATE INDEX facts_by_subject ON facts (subject, seq);

CREATE INDEX facts_by_project ON facts (project, seq);

CREATE TRIGGER facts_in_order BEFORE INSERT ON facts
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM facts)
BEGIN SELECT RAISE(ABORT, 'a fact must be the next one'); END;

CREATE TRIGGER facts_stay BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END;

CREATE TRIGGER facts_remain BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts are never deleted'); END;

CREATE TABLE looks (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, app, commit_sha)
) STRICT;

CREATE INDEX looks_by_time ON looks (at);

CREATE TABLE timers (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  branch TEXT NOT NULL,
  cron TEXT NOT NULL,
  timezone TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, branch, cron, timezone)
) STRICT;

CREATE INDEX timers_by_time ON timers (due_at);

CREATE TABLE safeguards (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  safeguards TEXT NOT NULL,
  deployment TEXT,
  since INTEGER NOT NULL,
  PRIMARY KEY (project, environment)
) STRICT;

CREATE UNIQUE INDEX one_offs_once_per_tick ON one_offs (track, name, tick) WHERE tick IS NOT NULL;

CREATE INDEX one_offs_unfinished ON one_offs (track, number) WHERE state <> 'finished';

CREATE INDEX one_offs_by_track ON one_offs (track, number);

CREATE INDEX one_offs_by_deadline ON one_offs (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE schedules (
  track TEXT NOT NULL REFERENCES tracks ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- NULL while it is paused.
  due_at INTEGER,
  schedule TEXT NOT NULL,
  PRIMARY KEY (track, name)
) STRICT;

CREATE INDEX schedules_by_time ON schedules (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX deployments_superseded ON deployments (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE publications (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  release TEXT NOT NULL,
  tag TEXT NOT NULL,
  notes TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  UNIQUE (project, app, release),
  UNIQUE (project, tag)
) STRICT;

CREATE TABLE aliases (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  name TEXT NOT NULL,
  release TEXT NOT NULL,
  PRIMARY KEY (project, app, name)
) STRICT;

CREATE INDEX aliases_by_release ON aliases (release);

CREATE TABLE drafts (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  app TEXT NOT NULL,
  draft TEXT NOT NULL,
  PRIMARY KEY (project, app)
) STRICT;

CREATE TABLE deliveries (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  fact INTEGER NOT NULL,
  lane TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  delivery TEXT NOT NULL,
  UNIQUE (fact, lane)
) STRICT;

CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';

CREATE INDEX deliveries_sending ON deliveries (number) WHERE state = 'sending';

CREATE INDEX deliveries_by_project ON deliveries (project, number);

CREATE TABLE doors (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  version INTEGER NOT NULL,
  maintenance_message TEXT,
  maintenance_since INTEGER,
  maintenance_by TEXT,
  PRIMARY KEY (project, environment)
) STRICT;

CREATE TABLE door_users (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, name)
) STRICT;

CREATE TABLE waivers (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment, name)
) STRICT;

CREATE TABLE overrides (
  deployment TEXT NOT NULL,
  gate TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (deployment, gate)
) STRICT;

CREATE TABLE surveys (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  release TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  survey TEXT NOT NULL
) STRICT;

CREATE INDEX surveys_by_release ON surveys (track, release, number);

CREATE INDEX surveys_waiting ON surveys (track) WHERE state = 'waiting';

CREATE TABLE applied_migrations (
  deployment INTEGER PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  at INTEGER NOT NULL,
  names TEXT NOT NULL
) STRICT;

CREATE INDEX applied_migrations_by_track ON applied_migrations (track, deployment);

CREATE TABLE relations (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  commit_sha TEXT NOT NULL,
  other_sha TEXT NOT NULL,
  relation TEXT NOT NULL,
  PRIMARY KEY (project, commit_sha, other_sha)
) STRICT;

CREATE TABLE freezes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL
) STRICT;

CREATE INDEX freezes_by_place ON freezes (project, environment, until_at);

CREATE TABLE freeze_overrides (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  environment TEXT NOT NULL,
  person TEXT NOT NULL,
  reason TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (project, environment)
) STRICT;

CREATE TABLE turns (
  track TEXT PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX turns_by_time ON turns (at);

CREATE TABLE decisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  deployment TEXT NOT NULL,
  at INTEGER NOT NULL,
  decided TEXT NOT NULL,
  gates TEXT NOT NULL,
  inputs TEXT NOT NULL
) STRICT;

CREATE INDEX decisions_by_deployment ON decisions (deployment, number);

CREATE INDEX runs_by_deadline ON runs (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),
  email TEXT,
  -- Null: none was ever set, or it was taken away.
  password TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  disabled_at INTEGER
) STRICT;

CREATE TABLE grants (
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  role TEXT NOT NULL,
  project TEXT NOT NULL,
  environment TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (account, project, environment, role)
) STRICT;

CREATE TABLE sessions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  browser TEXT NOT NULL,
  address TEXT NOT NULL,
  ended_at INTEGER
, confirmed_at INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX sessions_by_account ON sessions (account, ended_at);

CREATE TABLE invitations (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

CREATE TABLE tries (
  of TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;

CREATE TABLE "tokens" (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  hash TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  -- Null: for every project that the account may see.
  project TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  used_at INTEGER
) STRICT;

CREATE INDEX runs_by_project ON runs (project, number);

CREATE INDEX deployments_by_project ON deployments (project, number);

CREATE INDEX deployments_unfinished ON deployments (number) WHERE state <> 'finished';

CREATE INDEX events_by_project ON events (project, number);

CREATE INDEX deployments_by_move ON deployments (track, moved_at, number);

CREATE TABLE endings (
  track TEXT NOT NULL,
  finished_at INTEGER NOT NULL,
  number INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  commit_sha TEXT NOT NULL,
  replaced_sha TEXT,
  rolled_back INTEGER NOT NULL,
  stays_live INTEGER NOT NULL,
  PRIMARY KEY (track, finished_at, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE arrivals (
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  track TEXT NOT NULL,
  commit_sha TEXT NOT NULL,
  deployment INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  live_at INTEGER NOT NULL,
  reverts TEXT,
  PRIMARY KEY (track, commit_sha)
) STRICT;

CREATE INDEX arrivals_by_time ON arrivals (track, live_at, accepted_at);

CREATE INDEX arrivals_by_revert ON arrivals (track, live_at, reverts, deployment) WHERE reverts IS NOT NULL;

CREATE TABLE traffic_samples (
  deployment INTEGER NOT NULL,
  at INTEGER NOT NULL,
  project TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
  by_release TEXT NOT NULL,
  PRIMARY KEY (deployment, at)
) STRICT, WITHOUT ROWID;

CREATE INDEX traffic_samples_by_time ON traffic_samples (at);

CREATE TABLE passkeys (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  credential TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  name TEXT NOT NULL,
  public_key TEXT NOT NULL,
  counter INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

CREATE INDEX passkeys_by_account ON passkeys (account);

CREATE TABLE challenges (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX challenges_by_expiry ON challenges (expires_at);

CREATE TABLE identities (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
  -- What the provider called them when they were linked: for people to read, never to find anybody by.
  label TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  UNIQUE (provider, subject)
) STRICT;

CREATE INDEX identities_by_account ON identities (account);

CREATE INDEX releases_kept ON releases (project, app, number) WHERE discarded_at IS NULL;

CREATE INDEX deliveries_ended ON deliveries (created_at) WHERE state IN ('delivered', 'failed');

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

CREATE INDEX runs_by_ref ON runs (project, ref, number) WHERE proposed = 0;

CREATE INDEX laps_by_time ON laps (at);
