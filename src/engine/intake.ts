import type { AcceptedEvent } from '../domain/event.ts'
import { proposalRef } from '../domain/proposal.ts'
import type { RefChange } from '../domain/trigger.ts'
import { Fault } from '../lib/fault.ts'
import { acceptChange, type Telling } from './accept.ts'
import type { Parts } from './parts.ts'
import { type ProposalReading, readProposal } from './proposals.ts'
import { type Arrival, type Reading, readCommit } from './reading.ts'
import { type AfterCommit, transact } from './transact.ts'

/**
 * Finds pushes by comparing a project's refs with those last accepted, and accepts each: event, run and new ref in one
 * transaction. Calling it again finds nothing, so a push is accepted once however often it is told, and one that nobody
 * told is found by the next call.
 */
export class Intake {
  readonly #parts: Parts
  readonly #after: AfterCommit
  /** The newest call per project; calls for one project follow each other. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** What somebody pushes to right now. */
  readonly #pushes = new Set<{ readonly project: string }>()
  readonly #onBehind: (project: string) => void

  /** `onBehind` is told when a comparison failed for a reason that may pass: what was pushed may be unrecorded. */
  constructor(parts: Parts, after: AfterCommit, onBehind: (project: string) => void) {
    this.#parts = parts
    this.#after = after
    this.#onBehind = onBehind
  }

  /**
   * Until what it gives is called, a comparison by the clock leaves the project alone: the push tells itself what it has
   * moved, and so who moved it.
   */
  expectPush(project: string): () => void {
    const push = { project }
    this.#pushes.add(push)
    return () => void this.#pushes.delete(push)
  }

  /** Fault of the source when its refs cannot be read. A ref that cannot be accepted does not keep the others. */
  sync(project: string, telling: Telling): Promise<readonly AcceptedEvent[]> {
    const before = this.#turns.get(project) ?? Promise.resolve()
    const mine = before.then(
      () => this.#sync(project, telling),
      () => this.#sync(project, telling),
    )
    this.#turns.set(project, mine)
    mine.catch((error: unknown) => {
      if (error instanceof Fault && error.temporary) this.#onBehind(project)
    })
    return mine.finally(() => {
      if (this.#turns.get(project) === mine) this.#turns.delete(project)
    })
  }

  async #sync(project: string, telling: Telling): Promise<readonly AcceptedEvent[]> {
    const { source, store, log } = this.#parts
    if (store.projects.get(project) === null) return []
    const refs = await source.refs(project)
    // After the refs were read: a push that had moved one of them by then is still there, waiting for its turn here.
    if (telling.source === 'sync' && [...this.#pushes].some((push) => push.project === project)) return []
    const changes = changesBetween(store.projects.refs(project), refs).filter((change) => isToldOf(change, telling))
    const accepted: AcceptedEvent[] = []
    for (const change of changes) {
      try {
        const event = await this.#accept(project, change, telling)
        if (event !== null) accepted.push(event)
      } catch (error) {
        // The ref stays unaccepted, so the next comparison finds it again.
        if (isFatal(error)) throw error
        log.warn('push not accepted', { project, ref: change.ref, error })
      }
    }
    return accepted
  }

  async #accept(project: string, change: RefChange, telling: Telling): Promise<AcceptedEvent | null> {
    const reading =
      change.after === null ? null : await readArrival(this.#parts, { ...change, project, after: change.after })
    return transact(this.#parts, this.#after, (tx) => acceptChange(tx, { project, change, telling, reading }))
  }
}

/**
 * Who pushes answers for what they moved themselves; what somebody else moves meanwhile is told by that push. Whether a proposal is
 * trusted hangs on it, so there it must be the very commit; a tag may stand for a commit under another name.
 */
function isToldOf({ ref, after }: RefChange, { moved }: Telling): boolean {
  const mine = moved === undefined ? null : moved.find((each) => each.ref === ref)
  return mine === null || (mine !== undefined && (proposalRef(ref) === null || mine.after === after))
}

function readArrival(parts: Parts, arrival: Arrival): Promise<Reading | ProposalReading> {
  const proposal = proposalRef(arrival.ref)
  return proposal === null ? readCommit(parts, arrival) : readProposal(parts, arrival, proposal.branch)
}

/** Deletions first, then in the order of names: the same comparison always gives the same order. */
function changesBetween(known: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly RefChange[] {
  const gone = [...known].filter(([ref]) => !now.has(ref)).map(([ref, before]) => ({ ref, before, after: null }))
  const moved = [...now]
    .filter(([ref, after]) => known.get(ref) !== after)
    .map(([ref, after]) => ({ ref, before: known.get(ref) ?? null, after }))
  return [...gone, ...moved].sort((a, b) => (a.ref < b.ref ? -1 : 1))
}

function isFatal(error: unknown): boolean {
  return !(error instanceof Fault) || error.code.startsWith('store.') || error.code === 'disk.full'
}
