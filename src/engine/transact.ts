import type { Parts } from './parts.ts'
import { requestDue } from './promote.ts'
import { keepTimers } from './timers.ts'
import { takeTurn } from './turn.ts'
import type { FollowUp, Tx } from './tx.ts'
import { stopWave } from './wave.ts'

/** Runs after each commit; `withdrawn` are the rows that nobody must go on with. */
export type AfterCommit = (withdrawn: readonly number[]) => void

/** More follow-ups than tracks a transaction could ever touch: a loop that does not end is a bug, not a wait. */
const maxFollowUps = 10_000

/** Load, decide, save state, commands and facts, and what follows from them: all of it or nothing. No waiting inside. */
export function transact<T>(
  parts: Parts,
  after: AfterCommit,
  work: (tx: Tx) => T extends Promise<unknown> ? never : T,
): T {
  const pending: FollowUp[] = []
  const tx = openTx(parts, pending)
  const result = parts.store.db.transaction<T>(() => {
    const value = work(tx)
    settle(tx, pending)
    return value
  })
  after(tx.withdrawn)
  return result
}

function openTx(parts: Parts, pending: FollowUp[]): Tx {
  const { store } = parts
  const at = parts.time.now()
  return {
    parts,
    at,
    withdrawn: [],
    fact: (draft) => void store.facts.append(draft, at),
    command(subject, command, notBefore = at) {
      const { id, lane, project } = subject
      store.outbox.add({ lane, kind: command.do, project, subject: id, command, dueAt: notBefore })
    },
    followUp(what) {
      if (!pending.some((each) => isSame(each, what))) pending.push(what)
    },
  }
}

/** The same look once is enough: it comes after all that asked for it. */
function isSame(one: FollowUp, other: FollowUp): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function settle(tx: Tx, pending: FollowUp[]): void {
  for (let done = 0; pending.length > 0; done += 1) {
    if (done > maxFollowUps) throw new Error(`follow-ups do not end: ${JSON.stringify(pending[0])}`)
    const next = pending.shift() as FollowUp
    if (next.look === 'turn') takeTurn(tx, next.track)
    else if (next.look === 'promote') requestDue(tx, next)
    else if (next.look === 'timers') keepTimers(tx, next.project)
    else stopWave(tx, next.deployment)
  }
}
