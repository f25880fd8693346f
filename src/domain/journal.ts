import { canonicalJson } from '../lib/canonical.ts'
import { sha256 } from '../lib/hash.ts'
import type { Fact } from './facts.ts'

/** What the first fact follows. */
export const genesis = '0'.repeat(64)

/** Covers the content and the hash before it, so that a change anywhere shows everywhere after. */
export function hashOf({ seq, at, kind, project, subject, by, data, previous }: Omit<Fact, 'hash'>): string {
  return sha256(canonicalJson({ seq, at, kind, project, subject, by, data, previous }))
}

/** Why a fact is not the next one after this hash; null when it is. */
export function problemWith(fact: Fact, seq: number, previous: string): string | null {
  if (fact.seq !== seq) return `fact ${seq} is missing`
  if (fact.previous !== previous) return 'does not follow from the fact before it'
  return fact.hash === hashOf(fact) ? null : 'does not have the hash of its content'
}

export interface ExtractVerdict {
  readonly facts: number
  /** The last hash of what holds: the same as the server's, for an extract that is whole. */
  readonly head: string
  /** Places where facts are left out: an extract by a filter has some. */
  readonly gaps: number
  readonly brokenAt: number | null
  readonly problem: string | null
}

/**
 * Looks at facts that were taken out of a journal, in order: whether each is what it was, and follows from the one before
 * where that one is there.
 */
export function verifyExtract(facts: Iterable<Fact>): ExtractVerdict {
  let [count, gaps, head, seq] = [0, 0, genesis, 0]
  for (const fact of facts) {
    const isNext = fact.seq === seq + 1
    const problem = fact.seq > seq ? problemWith(fact, fact.seq, isNext ? head : fact.previous) : 'stands out of order'
    if (problem !== null) return { facts: count, head, gaps, brokenAt: fact.seq, problem }
    if (!isNext) gaps += 1
    count += 1
    ;[head, seq] = [fact.hash, fact.seq]
  }
  return { facts: count, head, gaps, brokenAt: null, problem: null }
}
