import type { FactView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers, Sent } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

export function factRoutes(parts: ApiParts): Pick<Handlers, 'facts.list' | 'facts.follow' | 'facts.verify'> {
  const { store } = parts
  return {
    'facts.list': ({ query: { after, limit, ...filter } }) =>
      after === undefined ? store.facts.newest(limit, filter) : store.facts.list({ after, limit, ...filter }),
    'facts.follow': ({ query }, { signal, lastEventId }) => {
      const after = lastEventId === null ? (query.after ?? store.facts.head().seq) : numberIn(lastEventId)
      return followFacts(parts, { after, project: query.project, signal })
    },
    'facts.verify': () => {
      const broken = store.facts.verify()
      const { seq, hash } = store.facts.head()
      return {
        holds: broken === null,
        facts: seq,
        head: hash,
        brokenAt: broken?.seq ?? null,
        problem: broken?.problem ?? null,
      }
    },
  }
}

/** Read in pieces, each when the viewer has taken the one before: nobody has facts waiting in memory. */
const PIECE = 100

interface Following {
  readonly after: number
  readonly project: string | undefined
  readonly signal: AbortSignal
}

async function* followFacts({ store, feed }: ApiParts, following: Following): AsyncGenerator<Sent<FactView>> {
  const { project, signal } = following
  for (let after = following.after; !signal.aborted; ) {
    const { seq } = store.facts.head()
    const facts =
      seq === after ? [] : store.facts.list({ after, limit: PIECE, ...(project === undefined ? {} : { project }) })
    for (const fact of facts) yield { id: String(fact.seq), data: fact }
    after = facts.length === PIECE ? (facts.at(-1)?.seq ?? after) : Math.max(after, seq)
    if (facts.length < PIECE) await feed.next(signal)
  }
}

function numberIn(id: string): number {
  if (!/^\d{1,15}$/.test(id))
    throw new Fault('request.invalid', { details: { problem: 'Last-Event-ID is not one of ours' } })
  return Number(id)
}
