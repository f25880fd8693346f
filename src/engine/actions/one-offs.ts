import type { OneOffRun, OneOffTerminal, OneOffWhere } from '../../domain/one-off.ts'
import type { AppSpec, EnvironmentSpec, OneOffSpec } from '../../domain/spec.ts'
import type { Track } from '../../domain/track.ts'
import { wordsOf } from '../../domain/words.ts'
import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import { contextOf, trackOf } from '../context.ts'
import { findOneOff, findTrack, liveOf } from '../find.ts'
import {
  mayApproveOneOff,
  mayRejectOneOff,
  mustBeCurrentOneOff,
  mustWaitForPeople,
  oneOffIsApproved,
} from '../one-off-approvals.ts'
import { addOneOff, applyOneOff, oneOffContext } from '../one-offs.ts'
import type { Parts } from '../parts.ts'
import { mustBePermitted } from '../permissions.ts'
import type { Asked, Place, Work } from './work.ts'

/** What is to be run: words, or the app's name for a command. */
export interface OneOffWish {
  readonly words?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly where?: OneOffWhere | undefined
  /** The tick without which a destructive command is refused. */
  readonly destructive?: boolean | undefined
  readonly dryRun?: boolean | undefined
  /** Null = as the app says, or an hour. */
  readonly limitMs?: number | null | undefined
  /** Of a console. */
  readonly terminal?: OneOffTerminal | undefined
  /** The words without what is secret, for the journal; left out where nothing is. */
  readonly told?: readonly string[] | undefined
}

/** For words that somebody typed. */
const usualLimitMs = 3_600_000

export function oneOffActions(work: Work) {
  return {
    /** Runs a command in the context of what is live, once people have agreed where the environment wants that. */
    startOneOff(place: Place, wish: OneOffWish, asked: Asked): OneOffRun {
      return work.transact((tx) => {
        mustBePermitted(tx.parts.store, 'exec', { ...place, by: asked.by })
        const track = findTrack(tx.parts.store, place)
        const { environment, draft } = draftOneOff(tx.parts, track, { wish, asked })
        if (draft.terminal !== undefined) mustHaveConsoles(tx.parts, environment)
        const heldMs = needsPeople(environment, draft) ? environment.protection.expiresMs : null
        const oneOff = addOneOff(tx, draft, { heldMs })
        tx.fact({
          kind: 'one_off.requested',
          project: track.project,
          subject: oneOff.id,
          by: asked.by,
          data: toldOf(track, oneOff, wish.told),
        })
        return oneOff
      })
    },

    /** Says yes to a command as it would run now. Fault `approval.plan_moved` when that is something else by now. */
    approveOneOff(id: string, plan: string, { by, comment = null }: Asked): OneOffRun {
      return work.transact((tx) => {
        const { store } = tx.parts
        const oneOff = findOneOff(store, id)
        mayApproveOneOff(store, oneOff, by)
        const context = mustBeCurrentOneOff(tx, oneOff, plan)
        const isNew = store.deployments.approve(id, { plan, by, at: tx.at, comment })
        const yes = { kind: 'one_off.approval', project: oneOff.project, subject: id, by, data: { plan, comment } }
        if (isNew || comment !== null) tx.fact(yes)
        if (oneOffIsApproved(store, oneOff, plan)) applyOneOff(tx, id, { type: 'approved', plan, context })
        return findOneOff(store, id)
      })
    },

    rejectOneOff(id: string, { by, comment }: Asked): OneOffRun {
      return work.transact((tx) => {
        const { store } = tx.parts
        const oneOff = findOneOff(store, id)
        mustWaitForPeople(oneOff)
        mayRejectOneOff(store, oneOff, by)
        applyOneOff(tx, id, { type: 'rejected', by, reason: comment ?? 'no reason given' })
        return findOneOff(store, id)
      })
    },

    /** Ends a command that waits or runs: the stop signal, and a kill after the grace. */
    cancelOneOff(id: string, { by }: Asked): OneOffRun {
      return work.transact((tx) => {
        const { store } = tx.parts
        mustBeCancellableOneOff(store, findOneOff(store, id), by)
        applyOneOff(tx, id, { type: 'cancelled', by })
        return findOneOff(store, id)
      })
    },
  }
}

/** Unless they may end it, and it has not ended. */
export function mustBeCancellableOneOff(store: Store, { id, track, state, outcome }: OneOffRun, by: string): void {
  const { project, environment } = trackOf(store, track)
  mustBePermitted(store, 'cancel', { project, environment, by })
  if (state === 'finished') throw new Fault('one_off.ended', { details: { oneOff: id, outcome } })
}

interface Drafting {
  readonly wish: OneOffWish
  readonly asked: Asked
}

/** Everything about a command that nobody has recorded yet; refused where it may not be run like this. */
export function draftOneOff(parts: Pick<Parts, 'store'>, track: Track, { wish, asked }: Drafting) {
  const live = liveOf(track)
  const { app, environment } = contextOf(parts.store, { track: track.id, release: live.release })
  const { dryRun = false, where = { kind: 'once' } } = wish
  const named = wish.name === undefined ? null : namedCommand(app, wish.name)
  const isDestructive = !dryRun && (named?.destructive ?? wish.destructive ?? false)
  if (isDestructive && wish.destructive !== true) {
    throw new Fault('one_off.tick_missing', { details: { name: wish.name, environment: environment.name } })
  }
  const draft = {
    ...{ track, name: named?.name ?? null, tick: null, destructive: isDestructive, dryRun, where },
    ...{ by: asked.by, comment: asked.comment ?? null },
    command: named === null ? (wish.words ?? []) : dryRun ? dryWords(app, named) : wordsOf(named.command),
    limitMs: wish.limitMs ?? named?.timeoutMs ?? usualLimitMs,
    ...(wish.terminal && { terminal: wish.terminal }),
    context: oneOffContext(parts.store, track, where),
  }
  return { app, environment, draft }
}

/** X14. What only tells what it would do is as good as approved: it came with the release. */
export function needsPeople(
  { policies, protection }: EnvironmentSpec,
  { dryRun }: { readonly dryRun: boolean },
): boolean {
  return policies.oneOffProtection === 'environment' && protection.approvals > 0 && !dryRun
}

function mustHaveConsoles(parts: Pick<Parts, 'driver'>, { target, name }: EnvironmentSpec): void {
  const driver = parts.driver(target)
  if (driver.can.console) return
  throw new Fault('console.impossible', { details: { environment: name, target: driver.name } })
}

function namedCommand({ name: app, commands, schedules }: AppSpec, name: string): OneOffSpec {
  const all = [...commands, ...schedules]
  const found = all.find((each) => each.name === name)
  const known = all.map((each) => each.name).join(', ') || 'none'
  if (found === undefined) throw new Fault('one_off.unknown_name', { details: { app, name, known } })
  return found
}

function dryWords({ name: app }: AppSpec, { name, dryRun }: OneOffSpec): readonly string[] {
  if (dryRun === null) throw new Fault('one_off.no_dry_run', { details: { app, name } })
  return wordsOf(dryRun)
}

function toldOf(track: Track, oneOff: OneOffRun, told: readonly string[] | undefined) {
  const { name, command, destructive, dryRun, where, comment, limitMs, terminal } = oneOff
  const what = { track: track.id, name, command: told ?? command, destructive, dryRun, where, comment, limitMs }
  return { ...what, ...(terminal && { console: true }) }
}
