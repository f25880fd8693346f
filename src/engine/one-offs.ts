import {
  decideOneOff,
  type OneOffContext,
  type OneOffEvent,
  type OneOffRun,
  type OneOffWhere,
  type Planned,
  planOfOneOff,
  start,
} from '../domain/one-off.ts'
import type { Instance, Live, Track } from '../domain/track.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { Fault } from '../lib/fault.ts'
import { sha256 } from '../lib/hash.ts'
import type { Store } from '../store/store.ts'
import { trackOf } from './context.ts'
import { liveOf } from './find.ts'
import type { Tx } from './tx.ts'

/** One event, one decision, one set of changes. */
export function applyOneOff(tx: Tx, id: string, event: OneOffEvent): void {
  const { store } = tx.parts
  const before = store.oneOffs.get(id)
  if (before === null) return
  const { oneOff, commands, facts } = decideOneOff(before, event, tx.at)
  if (oneOff === before) return
  tx.withdrawn.push(...store.outbox.withdraw(id))
  store.oneOffs.save(oneOff)
  for (const fact of facts) tx.fact(fact)
  for (const command of commands) tx.command({ id, project: oneOff.project, lane: ownLane(id) }, command)
}

export interface NewOneOff extends Omit<OneOffRun, keyof OneOffContext | 'id' | 'project' | 'track' | Later> {
  readonly track: Track
  readonly context: OneOffContext
}

type Later =
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
  | 'state'
  | 'expiresAt'
  | 'outcome'
  | 'reason'
  | 'exitCode'
  | 'results'

export interface Starting {
  /** How long it may wait for people; null = it need not. */
  readonly heldMs: number | null
  /** What shares a lane runs one after the other. */
  readonly lane?: string
}

/** Records a command, and starts it unless people must agree first. */
export function addOneOff(tx: Tx, { track, context, ...given }: NewOneOff, { heldMs, lane }: Starting): OneOffRun {
  const { store } = tx.parts
  const asked = store.oneOffs.add({
    ...{ ...given, ...context, project: track.project, track: track.id },
    ...{ createdAt: tx.at, startedAt: null, finishedAt: null },
    ...{ state: 'waiting', expiresAt: heldMs === null ? null : tx.at + heldMs },
    ...{ outcome: null, reason: null, exitCode: null, results: [] },
  })
  if (heldMs !== null) return asked
  const { oneOff, commands, facts } = start(asked, tx.at)
  store.oneOffs.save(oneOff)
  for (const fact of facts) tx.fact(fact)
  for (const command of commands)
    tx.command({ id: oneOff.id, project: oneOff.project, lane: lane ?? ownLane(oneOff.id) }, command)
  return oneOff
}

/** What it would run in at this moment. Faults `release.none`, `instance.unknown`. */
export function oneOffContext(store: Store, track: Track, where: OneOffWhere): OneOffContext {
  const live = liveOf(track)
  const variables = store.variables.version(track.project, track.environment)
  return { release: live.release, variables, instances: instancesAt(live, where) }
}

export function oneOffPlan(oneOff: Planned, context: OneOffContext) {
  const plan = planOfOneOff(oneOff, context)
  return { plan, hash: sha256(canonicalJson(plan)) }
}

/** As it is now, with the hash people say yes to. Null when nothing is live any more. */
export function currentOneOffPlan(store: Store, oneOff: OneOffRun) {
  const track = trackOf(store, oneOff.track)
  return track.live === null ? null : oneOffPlan(oneOff, oneOffContext(store, track, oneOff.where))
}

function instancesAt({ instances }: Live, where: OneOffWhere): readonly Instance[] {
  const known = instances.map(({ name }) => name).join(', ')
  switch (where.kind) {
    case 'once':
      return []
    case 'instance': {
      const found = instances.filter(({ name }) => name === where.instance)
      if (found.length > 0) return found
      throw new Fault('instance.unknown', { details: { instance: where.instance, known } })
    }
    case 'all': {
      const found = instances.filter(({ process }) => where.process === null || process === where.process)
      if (found.length > 0) return found
      throw new Fault('instance.unknown', { details: { instance: `of ${where.process ?? 'any process'}`, known } })
    }
  }
}

function ownLane(id: string): string {
  return `one_off:${id}`
}
