import type { Relation } from '../ancestry.ts'
import type { CheckState } from '../checks.ts'
import type { Lack } from '../contract.ts'
import type { Deployment } from '../deployment.ts'
import type { FreezeOverride, Frozen } from '../freeze.ts'
import type { Demand } from '../safeguards.ts'
import type { EnvironmentSpec } from '../spec.ts'
import type { Live } from '../track.ts'
import type { VariableType } from '../variables.ts'

/** A pure function that answers *open* or *closed because …, opened by …*. */
export interface Gate {
  readonly name: string
  readonly holds: Hold
  ask(facts: GateFacts): GateAnswer
}

/**
 * How a closed gate holds a deployment: `people` = it waits for them outside the queue; `queue` = it waits in the queue, and
 * whoever came later waits behind it; `aside` = it waits too, and lets others pass; `refuse` = it ends when its turn comes, before
 * anything moves; `refuse_at_once` = it ends when it is asked for.
 */
export type Hold = 'people' | 'queue' | 'aside' | 'refuse' | 'refuse_at_once'

export type GateAnswer =
  | { readonly open: true; readonly because: string }
  | {
      readonly open: false
      readonly because: string
      readonly openedBy: string
      /** The deployments it waits for, when nobody has to do anything else; none when it opens by itself in a moment. */
      readonly behind?: readonly string[]
      /** When it holds otherwise than usual. */
      readonly holds?: Hold
      /** When it opens by itself. */
      readonly until?: number
    }

/** A way back, the same again, or another number of it: what brought the release here is not asked again. */
export function hasRunHere({ reason }: Pick<Deployment, 'reason'>): boolean {
  return reason !== 'promote' && reason !== 'migrate'
}

/** Everything gates may look at, read in one transaction. */
export interface GateFacts {
  readonly now: number
  readonly deployment: Deployment
  readonly environment: EnvironmentSpec
  /** Hash of the plan as it is now. */
  readonly plan: string
  readonly approvals: readonly GivenApproval[]
  /** Who pushed the commit of the release, to whichever branch. */
  readonly pushers: readonly string[]
  /** Whose yes it takes. */
  readonly demands: readonly Demand[]
  /** The checks that the environment requires, for the release's commit. */
  readonly checks: readonly CheckState[]
  /** Whether it is still looked for pending migrations, which the plan is to show. */
  readonly isLookedFor: boolean
  readonly lock: Lock | null
  /** What keeps the environment frozen now, and who has said that this one may go all the same. */
  readonly frozen: Frozen | null
  readonly freezeOverride: FreezeOverride | null
  readonly live: Live | null
  /** How the release's commit stands to what is live; null while git has not said. */
  readonly relation: Relation | null
  /** Required variables the environment lacks. */
  readonly missingVariables: readonly string[]
  /** Variables whose value here is not of the type that the release declares. */
  readonly unfitVariables: readonly { readonly name: string; readonly type: VariableType }[]
  /** What the environments of the release lack for it, this one included. */
  readonly lacks: readonly Lack[]
  /** Who may look here, and the names of those who have a password. */
  readonly access: 'public' | 'basic_auth'
  readonly doorUsers: readonly string[]
  /** The server was restored from a backup, and has not looked yet at what runs here. */
  readonly isUnsure: boolean
  /** The deployment that is rolling on this track, and those queued before this one. */
  readonly active: string | null
  readonly ahead: readonly string[]
  /** Deployments of other tracks that this one has to wait for, those that move first. */
  readonly elsewhere: readonly InTheWay[]
  /** Environments of `needs` in which this release has succeeded. */
  readonly succeededIn: readonly string[]
  /** The release that must go on before this one may come. */
  readonly hold: HeldRelease | null
  readonly overrides: readonly Override[]
}

/** What runs here has not reached the environment that the policy names; versions. */
export interface HeldRelease {
  readonly environment: string
  readonly here: string
  readonly there: string | null
}

/** A person lets one deployment pass a gate that is closed. */
export interface Override {
  readonly gate: 'hold' | 'freeze'
  readonly by: string
  readonly reason: string
  readonly at: number
}

/** A deployment of another track, and what both it and this one need. */
export interface InTheWay {
  readonly deployment: string
  readonly track: string
  readonly shared: string
  readonly moves: boolean
}

/** A person's yes (or no) to one plan, by the plan's hash. */
export interface Approval {
  readonly by: string
  readonly at: number
  readonly plan: string
  readonly comment: string | null
}

/** With what is known now of whoever said it. */
export interface GivenApproval extends Approval {
  readonly roles: readonly string[]
  /** Their account was disabled since, or their role is too low by now: nobody vouches for it any more. */
  readonly revoked: boolean
}

/** A person's stop sign on an environment. */
export interface Lock {
  readonly environment: string
  readonly by: string
  readonly reason: string
  readonly at: number
  readonly expiresAt: number | null
}
