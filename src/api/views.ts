import { z } from 'zod'

/** What the API answers with: one schema a thing. Times are milliseconds since 1970 UTC. */

const text = z.string()
const at = z.int()
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly()

export const outcome = z.enum(['succeeded', 'failed', 'errored', 'aborted'])

export const releaseRef = z.object({ id: text, version: text, commit: text, digest: text })

export const project = z.object({
  name: text,
  /** Where its history was first fetched from. */
  origin: text.nullable(),
  createdAt: at,
  createdBy: text,
  /** Where to push. */
  gitUrl: text,
  /** As its newest valid configuration has them. */
  apps: list(text),
  environments: list(text),
})
export type ProjectView = z.infer<typeof project>

export const event = z.object({
  id: text,
  project: text,
  ref: text,
  before: text.nullable(),
  after: text.nullable(),
  source: z.enum(['push', 'sync', 'person']),
  by: text,
  at,
  run: text.nullable(),
  because: text,
})
export type EventView = z.infer<typeof event>

export const job = z.object({
  name: text,
  kind: z.enum(['check', 'build']),
  needs: list(text),
  state: z.enum(['waiting', 'ready', 'finished']),
  attempt: z.int(),
  outcome: outcome.or(z.literal('skipped')).nullable(),
  reason: text.nullable(),
  startedAt: at.nullable(),
  finishedAt: at.nullable(),
})
export type JobView = z.infer<typeof job>

export const run = z.object({
  id: text,
  project: text,
  event: text,
  commit: text,
  branch: text.nullable(),
  title: text,
  by: text,
  createdAt: at,
  finishedAt: at.nullable(),
  state: z.enum(['running', 'finished']),
  outcome: outcome.nullable(),
  reason: text.nullable(),
  jobs: list(job),
})
export type RunView = z.infer<typeof run>

export const logLine = z.object({
  /** Since the job's start. */
  ms: z.number(),
  step: z.int().nullable(),
  /** `o` standard output, `e` standard error, `s` what Signalbox itself says. */
  stream: z.enum(['o', 'e', 's']),
  text,
})

/** Whole lines; the next piece begins at byte `next`. */
export const logPart = z.object({ offset: z.int(), next: z.int(), lines: list(logLine) })
export type LogPartView = z.infer<typeof logPart>

export const instanceLine = z.object({ instance: text, stream: z.enum(['out', 'err']), text })
export type InstanceLineView = z.infer<typeof instanceLine>

export const release = z.object({
  id: text,
  project: text,
  app: text,
  commit: text,
  version: text,
  digest: text,
  bytes: z.int(),
  run: text,
  title: text,
  createdAt: at,
  /** Null while its archive is kept. */
  discardedAt: at.nullable(),
  /** Environments in which it is live. */
  liveIn: list(text),
})
export type ReleaseView = z.infer<typeof release>

export const lostRequest = z.object({ at, method: text, path: text, why: text, instance: text.nullable() })

export const verdict = z.object({
  requests: z.int(),
  dropped: z.int(),
  serverErrors: z.int(),
  retried: z.int(),
  clientGone: z.int(),
  probes: z.int(),
  probesFailed: z.int(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  lost: list(lostRequest),
  /** It all in one sentence. */
  sentence: text,
})
export type VerdictView = z.infer<typeof verdict>

export const gate = z.object({ gate: text, open: z.boolean(), because: text, openedBy: text.nullable() })
export type GateView = z.infer<typeof gate>

export const deployment = z.object({
  id: text,
  project: text,
  track: text,
  app: text,
  environment: text,
  release: releaseRef,
  reason: z.enum(['promote', 'redeploy', 'rollback', 'scale']),
  by: text,
  comment: text.nullable(),
  scale: z.record(text, z.int()),
  createdAt: at,
  startedAt: at.nullable(),
  finishedAt: at.nullable(),
  state: z.enum(['waiting', 'queued', 'rolling', 'reverting', 'finished']),
  /** When it gives up by itself. */
  expiresAt: at.nullable(),
  outcome: outcome.nullable(),
  because: text.nullable(),
  /** What can be done about it. */
  hint: text.nullable(),
  rolledBack: z.boolean(),
  /** While it moves: what it does, and how far it is. */
  step: z.object({ doing: text, at: z.int(), of: z.int() }).nullable(),
  phases: list(z.object({ name: text, at })),
  /** Null until it is known. */
  verdict: verdict.nullable(),
})
export type DeploymentView = z.infer<typeof deployment>

const plannedRelease = z.object({ version: text, commit: text, digest: text })

export const plan = z.object({
  /** The deployment that waits with this plan; null for one that nobody has asked for yet. */
  deployment: text.nullable(),
  /** What people say yes to. */
  hash: text,
  plan: z.object({
    track: text,
    environment: text,
    app: text,
    reason: text,
    from: plannedRelease.nullable(),
    to: plannedRelease,
    variables: z.object({ version: z.int(), names: list(text) }),
    processes: list(z.object({ name: text, from: z.int(), to: z.int() })),
    migrations: text,
    strategy: text,
  }),
  gates: list(gate),
})
export type PlanView = z.infer<typeof plan>

export const fact = z.object({
  seq: z.int(),
  at,
  kind: text,
  project: text.nullable(),
  subject: text,
  by: text,
  data: z.record(text, z.unknown()),
  previous: text,
  hash: text,
})
export type FactView = z.infer<typeof fact>

export const approval = z.object({ by: text, at, plan: text, comment: text.nullable() })

export const deploymentDetail = deployment.extend({
  gates: list(gate),
  approvals: list(approval),
  /** Everything that was recorded about it. */
  timeline: list(fact),
})
export type DeploymentDetailView = z.infer<typeof deploymentDetail>

export const lock = z.object({ by: text, reason: text, at, expiresAt: at.nullable() })
export type LockView = z.infer<typeof lock>

export const observedInstance = z.object({
  name: text,
  deployment: text,
  version: text,
  digest: text,
  process: text,
  state: z.enum(['starting', 'healthy', 'unhealthy', 'backoff', 'stopping', 'exited']),
  pid: z.int().nullable(),
  startedAt: at.nullable(),
  restarts: z.int(),
  lastExit: text.nullable(),
})

/** One app in one environment. Desired, attempted, running and serving are four things, and kept apart. */
export const track = z.object({
  track: text,
  app: text,
  environment: text,
  url: text.nullable(),
  desired: z.object({ release: releaseRef, deployment: text, variables: z.int(), instances: list(text) }).nullable(),
  attempted: deployment.nullable(),
  /** What the target told, and when. */
  running: z.object({ at, instances: list(observedInstance) }).nullable(),
  /** Why `running` is not of this moment; null when it is. */
  stale: text.nullable(),
  /** Instances the edge sends visitors to. */
  serving: list(text),
  /** What the last look found amiss. */
  finding: text.nullable(),
  lock: lock.nullable(),
  active: deployment.nullable(),
  queue: list(deployment),
  /** For people, each with the hash they would say yes to. */
  waiting: list(z.object({ deployment, plan: text })),
})
export type TrackView = z.infer<typeof track>

export const variable = z.object({
  name: text,
  /** Null for a secret: its value is never shown. */
  value: text.nullable(),
  secret: z.boolean(),
  version: z.int(),
  by: text,
  at,
})
export type VariableView = z.infer<typeof variable>

export const variables = z.object({ version: z.int(), variables: list(variable) })
export type VariablesView = z.infer<typeof variables>

export const oneOff = z.object({
  id: text,
  project: text,
  track: text,
  release: releaseRef,
  command: list(text),
  by: text,
  createdAt: at,
  finishedAt: at.nullable(),
  state: z.enum(['waiting', 'finished']),
  outcome: outcome.nullable(),
  reason: text.nullable(),
  exitCode: z.int().nullable(),
  limitMs: z.int(),
})
export type OneOffView = z.infer<typeof oneOff>

export const explanation = z.object({
  commit: text,
  title: text,
  story: list(text),
  environments: list(z.object({ track: text, live: z.boolean(), because: text, openedBy: text.nullable() })),
})
export type ExplanationView = z.infer<typeof explanation>

export const scope = z.enum(['read', 'deploy', 'admin'])

export const token = z.object({
  name: text,
  scope,
  createdAt: at,
  createdBy: text,
  expiresAt: at.nullable(),
  revokedAt: at.nullable(),
})
export type TokenView = z.infer<typeof token>

/** Whether the journal's hash chain holds, and where it does not. */
export const auditVerdict = z.object({
  holds: z.boolean(),
  facts: z.int(),
  head: text,
  brokenAt: z.int().nullable(),
  problem: text.nullable(),
})

export const version = z.object({ name: z.literal('signalbox'), version: text, api: z.literal('v1') })

export const error = z.object({
  code: text,
  message: text,
  hint: text,
  details: z.record(text, z.unknown()),
  requestId: text,
})
export type ErrorView = z.infer<typeof error>
