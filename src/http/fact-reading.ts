import type { Fact } from '../domain/facts.ts'
import type { FactFilter, FactQuery } from '../store/facts.ts'
import type { Store } from '../store/store.ts'
import { nextTurn } from '../system/turn.ts'

/** So much of the journal is looked through in one go: where a filter lets hardly anything pass, all of it has to be. */
const span = 20_000

type Journal = Pick<Store, 'facts'>

/** The first so many after a fact, oldest first. */
export async function factsAfter({ facts }: Journal, query: FactQuery): Promise<readonly Fact[]> {
  const { after, limit, before = Infinity, ...filter } = query
  const end = Math.min(before, facts.head().seq + 1)
  const found: Fact[] = []
  for (let from = after; from < end - 1 && found.length < limit; from += span) {
    if (from > after) await nextTurn()
    const until = Math.min(end, from + span + 1)
    found.push(...facts.list({ ...filter, after: from, before: until, limit: limit - found.length }))
  }
  return found
}

/** The newest so many, oldest first. */
export async function newestFacts(
  { facts }: Journal,
  limit: number,
  { before = Infinity, ...filter }: FactFilter,
): Promise<readonly Fact[]> {
  const top = Math.min(before, facts.head().seq + 1)
  let found: readonly Fact[] = []
  for (let until = top; until > 1 && found.length < limit; until -= span) {
    if (until < top) await nextTurn()
    const after = Math.max(0, until - span - 1)
    found = [...facts.newest(limit - found.length, { ...filter, after, before: until }), ...found]
  }
  return found
}
