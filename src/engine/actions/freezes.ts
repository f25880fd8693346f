import type { Freeze, FreezeOverride } from '../../domain/freeze.ts'
import { Fault } from '../../lib/fault.ts'
import { utcMinute } from '../../lib/utc.ts'
import { environmentIn } from '../context.ts'
import { specNow } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { lookAtQueues } from '../queues.ts'
import type { Tx } from '../tx.ts'
import type { Asked, Place, Work } from './work.ts'

type Where = Omit<Place, 'app'>

export interface FreezeWish {
  readonly reason: string
  /** Null: from now on. */
  readonly from: number | null
  readonly until: number | null
  readonly forMs: number | null
}

export function freezeActions(work: Work) {
  return {
    /** Fault `freeze.invalid` unless it ends, after it begins, and not in the past. */
    freeze(place: Where, wish: FreezeWish, { by }: Asked): Freeze {
      return work.transact((tx) => {
        mustKnow(tx, place, by)
        const from = wish.from ?? tx.at
        const until = wish.until ?? from + (wish.forMs ?? 0)
        mustBeSpan(tx, { from, until })
        const freeze = tx.parts.store.freezes.add(place, { by, reason: wish.reason, from, until })
        tell(tx, place, {
          kind: 'environment.frozen',
          by,
          data: { freeze: freeze.id, reason: wish.reason, from, until },
        })
        lookAtQueues(tx)
        return freeze
      })
    },

    /** Takes away one freeze, or all that people have put up. Those of the configuration stay. Gives what was taken away. */
    unfreeze(place: Where, id: string | null, { by }: Asked): readonly Freeze[] {
      return work.transact((tx) => {
        const { freezes } = tx.parts.store
        mustKnow(tx, place, by)
        const all = freezes.list(place, tx.at)
        const gone = all.filter((each) => id === null || each.id === id)
        if (id !== null && gone.length === 0) {
          const known = all.map((each) => each.id).join(', ') || 'none'
          throw new Fault('freeze.unknown', { details: { freeze: id, environment: place.environment, known } })
        }
        for (const freeze of gone) {
          freezes.remove(freeze.id)
          tell(tx, place, { kind: 'environment.unfrozen', by, data: { freeze: freeze.id, reason: freeze.reason } })
        }
        lookAtQueues(tx)
        return gone
      })
    },

    /** Lets deployments go although the environment is frozen. */
    overrideFreeze(place: Where, wish: { reason: string; forMs: number }, { by }: Asked): FreezeOverride {
      return work.transact((tx) => {
        mustKnow(tx, place, by)
        const override = { by, reason: wish.reason, until: tx.at + wish.forMs }
        tx.parts.store.freezes.override(place, override)
        tell(tx, place, { kind: 'environment.freeze_overridden', by, data: { ...override } })
        lookAtQueues(tx)
        return override
      })
    },
  }
}

function mustKnow({ parts: { store } }: Tx, { project, environment }: Where, by: string): void {
  mustBePermitted(store, 'lock', { project, environment, by })
  environmentIn(specNow(store, project), environment)
}

function mustBeSpan({ at }: Tx, { from, until }: { readonly from: number; readonly until: number }): void {
  if (until <= from)
    throw new Fault('freeze.invalid', {
      details: { problem: `its end, ${utcMinute(until)}, is not after its beginning, ${utcMinute(from)}` },
    })
  if (until <= at)
    throw new Fault('freeze.invalid', { details: { problem: `its end, ${utcMinute(until)}, is in the past` } })
}

interface Told {
  readonly kind: string
  readonly by: string
  readonly data: Readonly<Record<string, unknown>>
}

function tell(tx: Tx, { project, environment }: Where, { kind, by, data }: Told): void {
  tx.fact({ kind, project, subject: `${project}/${environment}`, by, data: { environment, ...data } })
}
