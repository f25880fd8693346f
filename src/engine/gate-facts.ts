import type { Relation } from '../domain/ancestry.ts'
import { checkStates } from '../domain/checks.ts'
import { isNeeded } from '../domain/contract.ts'
import type { Deployment } from '../domain/deployment.ts'
import { accessOf } from '../domain/door.ts'
import type { GivenApproval } from '../domain/gates/gate.ts'
import { askGates, type GateFacts, type GateReport } from '../domain/gates.ts'
import { aheadOf } from '../domain/queue.ts'
import { isAtLeast, leastRank, rankOf, type Where } from '../domain/role.ts'
import type { Live } from '../domain/track.ts'
import { typesOf } from '../domain/variables.ts'
import { Fault } from '../lib/fault.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import { contextOf, type DeploymentContext, specOf, variableNames } from './context.ts'
import { lacksFor } from './contract.ts'
import { currentPlan } from './current-plan.ts'
import { elsewhereOf } from './elsewhere.ts'
import { frozenNow, overrideFor } from './freezes.ts'
import { heldRelease } from './hold.ts'
import type { Parts } from './parts.ts'
import { whoIs } from './permissions.ts'
import { demandsFor, pushersOf } from './safeguards.ts'
import { isLookedFor } from './surveys.ts'
import { boundVariables } from './variables.ts'

type FactParts = Pick<Parts, 'store' | 'settings'>

/** Everything the gates look at. */
export function gateFacts(parts: FactParts, deployment: Deployment, at: number): GateFacts {
  return new Asking(parts, at).factsOf(deployment)
}

/** The same for several deployments in a row. The gates are asked once about each that may be in the way of others. */
export class Asking {
  readonly #parts: FactParts
  readonly #at: number
  readonly #alone = new Map<string, readonly GateReport[]>()

  constructor(parts: FactParts, at: number) {
    this.#parts = parts
    this.#at = at
  }

  factsOf(deployment: Deployment): GateFacts {
    const { store } = this.#parts
    const open = store.deployments.open(deployment.track)
    return {
      ...factsAlone(this.#parts, deployment, this.#at),
      ...aheadOf(deployment, { open, standsAside: (each) => this.#standsAside(each) }),
      elsewhere: elsewhereOf(store, deployment, (other) => this.#couldGo(other)),
    }
  }

  /** It waits for something that others need not wait for. One whose configuration is broken is refused when its turn comes. */
  #standsAside(queued: Deployment): boolean {
    return this.#askedAlone(queued).find(({ answer }) => !answer.open)?.holds === 'aside'
  }

  /** Nothing but other deployments keeps it. */
  #couldGo(queued: Deployment): boolean {
    const reports = this.#askedAlone(queued)
    return reports.length > 0 && reports.every(({ answer }) => answer.open || answer.behind !== undefined)
  }

  /** What the gates say as if there were no others; nothing where its configuration is broken. */
  #askedAlone(deployment: Deployment): readonly GateReport[] {
    const known = this.#alone.get(deployment.id) ?? askedAlone(this.#parts, deployment, this.#at)
    this.#alone.set(deployment.id, known)
    return known
  }
}

function askedAlone(parts: FactParts, deployment: Deployment, at: number): readonly GateReport[] {
  try {
    return askGates(factsAlone(parts, deployment, at))
  } catch (error) {
    if (!(error instanceof Fault) || isOfStore(error)) throw error
    return []
  }
}

/** As if there were no other deployments. */
function factsAlone({ store, settings }: FactParts, deployment: Deployment, at: number): GateFacts {
  const context = contextOf(store, deployment)
  const { project, environment, app } = context.track
  const { version } = boundVariables(store, deployment, context.track)
  const spec = specOf(store, project, deployment.release.commit)
  return {
    now: at,
    deployment,
    environment: context.environment,
    plan: currentPlan(store, deployment, context).hash,
    approvals: givenApprovals(store, deployment.id, { project, environment }),
    pushers: pushersOf(store, deployment),
    demands: demandsFor(store, context),
    checks: requiredChecks(store, deployment, context),
    isLookedFor: isLookedFor(store, deployment),
    frozen: frozenNow(store, { project: context.track.project, environment: context.environment, at }),
    freezeOverride: overrideFor(store, deployment, context.environment.name, at),
    live: context.track.live,
    relation: relationToLive(store, deployment, context.track.live),
    lock: store.locks.get(project, environment),
    missingVariables: missingVariables(store, context, version),
    unfitVariables: unfitVariables(store, context, version),
    lacks: lacksFor(store, { project, spec, app }, at),
    isUnsure: store.tracks.isUnsure(context.track.id),
    active: null,
    ahead: [],
    access: accessOf(context.environment.policies, settings),
    doorUsers: store.doors.get(project, environment).users.map(({ name }) => name),
    elsewhere: [],
    succeededIn: store.deployments.succeededIn(deployment.release.id),
    hold: heldRelease(store, deployment),
    overrides: store.overrides.of(deployment.id),
  }
}

function requiredChecks(store: Store, { release }: Deployment, { track, environment }: DeploymentContext) {
  const { requireChecks } = environment.protection
  return requireChecks.length === 0
    ? []
    : checkStates(requireChecks, store.runs.ofCommit(track.project, release.commit))
}

/** Roles count as they are now, not as they were when the yes was said. */
export function givenApprovals(store: Store, deployment: string, where: Where): readonly GivenApproval[] {
  return store.deployments.approvals(deployment).map((approval) => {
    const { roles } = whoIs(store, approval.by, where)
    return { ...approval, roles, revoked: !isAtLeast(rankOf(roles), leastRank.approve) }
  })
}

function relationToLive(store: Store, { project, release }: Deployment, live: Live | null): Relation | null {
  return live === null ? null : store.relations.get({ project, commit: release.commit, other: live.release.commit })
}

function missingVariables(store: Store, context: DeploymentContext, version: number): readonly string[] {
  const set = variableNames(store, context, version)
  return context.app.variables.filter((each) => isNeeded(each) && !set.includes(each.name)).map(({ name }) => name)
}

/** The file's own values were looked at when it was read; a sealed one when it was set. */
function unfitVariables(store: Store, { track, app }: DeploymentContext, version: number): GateFacts['unfitVariables'] {
  const stored = store.variables.at(track.project, track.environment, version)
  return app.variables.flatMap(({ name, type }) => {
    const given = stored.find((each) => each.name === name)
    const fits = given === undefined ? null : given.secret ? given.fits : typesOf(given.value)
    return fits === null || fits.includes(type) ? [] : [{ name, type }]
  })
}
