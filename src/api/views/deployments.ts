import { z } from 'zod'
import { at, list, text } from './basics.ts'
import { outcome, releaseRef } from './common.ts'
import { energy } from './energy.ts'
import { fact } from './facts.ts'
import { variableChanges } from './variables.ts'

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
  /** How long no instance was to get visitors. */
  offlineMs: z.int(),
  /** It all in one sentence. */
  sentence: text,
})
export type VerdictView = z.infer<typeof verdict>

export const trafficSlice = z.object({
  from: at,
  to: at,
  /** Those that had anything to do with a request in this time. */
  byRelease: list(
    z.object({
      /** Null: no release answered. */
      version: text.nullable(),
      served: z.int(),
      serverErrors: z.int(),
      /** Sent again to another instance, and counted under what then became of it too. */
      retried: z.int(),
      cut: z.int(),
      refused: z.int(),
      p50Ms: z.number().nullable(),
      p99Ms: z.number().nullable(),
    }),
  ),
})
export type TrafficSliceView = z.infer<typeof trafficSlice>

export const gate = z.object({
  gate: text,
  open: z.boolean(),
  because: text,
  openedBy: text.nullable(),
  /** Of a gate that nobody has to open: the deployments that open it when they end. Null where somebody has to do something. */
  behind: list(text).nullable(),
})
export type GateView = z.infer<typeof gate>

export const deployment = z.object({
  id: text,
  project: text,
  track: text,
  app: text,
  environment: text,
  release: releaseRef,
  reason: z.enum(['promote', 'redeploy', 'rollback', 'scale', 'variables', 'migrate']),
  by: text,
  comment: text.nullable(),
  scale: z.record(text, z.int()),
  /** Version of the environment's variables that its instances got; null until it begins. */
  variables: z.int().nullable(),
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
  /** The newer deployment that took its place, or does so as soon as this one has gone back. */
  supersededBy: text.nullable(),
  /** It had waited for its turn as long as it may, and went on beside others that it should have waited for. */
  wentWithoutTurn: z.boolean(),
  /** While it moves: what it does, and how far it is. */
  step: z.object({ doing: text, at: z.int(), of: z.int() }).nullable(),
  phases: list(z.object({ name: text, at, visited: z.int().optional() })),
  /** Null until it is known. */
  verdict: verdict.nullable(),
  /** What became of the smoke steps, and the name of their log; null where there are none or they have not begun. */
  smoke: z.object({ outcome: outcome.nullable(), at, log: text }).nullable(),
  /** What was seen of the new release while it was watched; null where nobody watches. */
  bake: z.object({ since: at, sentence: text }).nullable(),
  /** Which version each instance ran when it was looked at after the end; a problem says why nothing was seen. */
  versions: z.object({ at, instances: z.record(text, text), problem: text.nullable() }).nullable(),
  /** The deployment it is another attempt at, and which attempt it is, from 1. */
  retryOf: text.nullable(),
  attempt: z.int(),
})
export type DeploymentView = z.infer<typeof deployment>

const change = z.object({ commit: text, title: text, author: text, pullRequest: z.int().nullable() })

const plannedRelease = z.object({ version: text, commit: text, digest: text })

export const pendingMigration = z.object({
  name: text,
  /** `expand` adds, `contract` takes away what the old code may use, `data` rewrites rows; `unknown` counts as unsafe. */
  class: z.enum(['expand', 'contract', 'data', 'unknown']),
  notes: list(text),
})

const plannedMigrations = z.object({
  when: z.enum(['none', 'now', 'forbid_pending', 'before', 'on_release_start', 'after', 'manual']),
  /** Null while nobody has looked, or nobody could tell. */
  pending: list(pendingMigration).nullable(),
  problem: text.nullable(),
  class: pendingMigration.shape.class.nullable(),
  backup: z.enum(['on', 'off', 'if_pending']),
  /** What stays applied although the release was made before it. */
  crosses: list(text),
})

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
    /** Names only, and what changes against what runs. */
    variables: z.object({
      version: z.int(),
      /** `environment`: the newest. `revision`: those that the release ran with here. */
      binding: z.enum(['environment', 'revision']),
      names: list(text),
      /** The version at which each was set that people have set. */
      setAt: z.record(text, z.int()),
      ...variableChanges.shape,
    }),
    processes: list(
      z.object({
        name: text,
        from: z.int(),
        to: z.int(),
        /** Null when it stays as it is. */
        command: z.object({ from: text.nullable(), to: text.nullable() }).nullable(),
      }),
    ),
    migrations: plannedMigrations,
    strategy: text,
    /** What is done, in order. */
    steps: list(text),
    /** Milliseconds; null = none. */
    limits: z.object({ run: z.int(), queue: z.int().nullable(), approval: z.int() }),
    protection: z.object({
      approvals: z.int(),
      approvers: list(text),
      selfApproval: z.boolean(),
      requireChecks: list(text),
      /** What is in force and would be weakened. */
      weakened: list(text),
    }),
  }),
  /** The plan as the text that was hashed: its SHA-256 is `hash`. */
  canonical: text,
  gates: list(gate),
  /** Beside the plan, and not hashed with it. */
  outlook: z.object({
    /** What visitors get that they have not now, newest first. */
    comes: list(change),
    /** What they lose: on a way back, or when history was rewritten. */
    goes: list(change),
    isMore: z.boolean(),
    /** Why the commits cannot be told, if they cannot. */
    unknown: text.nullable(),
    /** From the deployments that succeeded here before, each time the middle. */
    expected: z.object({
      phases: list(z.object({ name: text, ms: z.int(), samples: z.int() })),
      totalMs: z.int().nullable(),
      samples: z.int(),
    }),
    /** So many of these have to say yes. */
    demands: list(
      z.object({ approvals: z.int(), approvers: list(text), selfApproval: z.boolean(), weakened: list(text) }),
    ),
  }),
})
export type PlanView = z.infer<typeof plan>

export const approval = z.object({ by: text, at, plan: text, comment: text.nullable() })

/** One decision of the scheduler: what it was, what every gate said, and everything they looked at. */
export const decision = z.object({
  at,
  decided: text,
  gates: list(gate),
  inputs: z.record(text, z.unknown()),
})
export type DecisionView = z.infer<typeof decision>

/** What gave way to a newer deployment comes with it. */
export const carried = z.object({ deployment: text, release: releaseRef, by: text })
export type CarriedView = z.infer<typeof carried>

/** What is in the way of the account that asks, should it do that; null: nothing is. */
const obstacle = text.nullable()
export const answering = z.object({ approve: obstacle, reject: obstacle })

export const deploymentDetail = deployment.extend({
  carries: list(carried),
  gates: list(gate),
  approvals: list(approval),
  /** Everything that was recorded about it. */
  timeline: list(fact),
  /** `build`: of the run that built its release. `own`: of what ran for it: smoke steps, migrations, backups before them. */
  energy: z.object({
    run: text.nullable(),
    build: energy.nullable(),
    own: energy.nullable(),
    total: energy.nullable(),
  }),
  /** The plan that people said yes to, or without a yes the newest it had, with its hash; null before it begins. */
  settledPlan: plan.pick({ hash: true, plan: true }).nullable(),
  /** Where visitors reach what it deploys: as signalbox.yml names it, or at the built-in edge; null where neither is known. */
  url: text.nullable(),
  /** What its track has live at this moment, whoever brought it; null: nothing. */
  live: z.object({ release: releaseRef, deployment: text }).nullable(),
  obstacles: answering.extend({ cancel: obstacle, retry: obstacle }),
})
export type DeploymentDetailView = z.infer<typeof deploymentDetail>
