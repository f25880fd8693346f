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
  const pending: Pending = new Map()
  const tx = openTx(parts, pending)
  const result = parts.store.db.transaction<T>(() => {
    const value = work(tx)
    settle(tx, pending)
    return value
  })
  after(tx.withdrawn)
  return result
}

/** In the order they were asked for. The same look once is enough: it comes after all that asked for it. */
type Pending = Map<string, FollowUp>

function openTx(parts: Parts, pending: Pending): Tx {
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
      const key = JSON.stringify(what)
      if (!pending.has(key)) pending.set(key, what)
    },
  }
}

function settle(tx: Tx, pending: Pending): void {
  let done = 0
  // What is added meanwhile comes at the end of the same walk.
  for (const [key, next] of pending) {
    pending.delete(key)
    done += 1
    if (done > maxFollowUps) throw new Error(`follow-ups do not end: ${key}`)
    if (next.look === 'turn') takeTurn(tx, next.track)
    else if (next.look === 'promote') requestDue(tx, next)
    else if (next.look === 'timers') keepTimers(tx, next.project)
    else stopWave(tx, next.deployment)
  }
}
