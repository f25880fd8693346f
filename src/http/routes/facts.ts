import type { FactView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import type { Broken, FactFilter } from '../../store/facts.ts'
import { nextTurn } from '../../system/turn.ts'
import { projectsAsked } from '../auth.ts'
import { factsAfter, newestFacts } from '../fact-reading.ts'
import type { Handlers, Sent } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type FactRoutes = Pick<Handlers, 'facts.list' | 'facts.follow' | 'facts.export' | 'facts.verify'>

export function factRoutes(parts: ApiParts): FactRoutes {
  const { store } = parts
  return {
    'facts.list': ({ query: { after, limit, ...wanted } }, { principal }) => {
      const filter = { ...wanted, projects: projectsAsked(principal, undefined) }
      return after === undefined ? newestFacts(store, limit, filter) : factsAfter(store, { after, limit, ...filter })
    },
    'facts.follow': ({ query }, { principal, signal, lastEventId }) => {
      const after = lastEventId === null ? (query.after ?? store.facts.head().seq) : numberIn(lastEventId)
      return followFacts(parts, { after, projects: projectsAsked(principal, query.project), signal })
    },
    'facts.export': ({ query: { after = 0, ...wanted } }, { principal, signal, lastEventId }) => {
      const filter = { ...wanted, projects: projectsAsked(principal, undefined) }
      return exportFacts(parts, { after: lastEventId === null ? after : numberIn(lastEventId), filter, signal })
    },
    'facts.verify': async () => {
      const broken = await verified(parts)
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

/** Others get their turn meanwhile. */
async function verified({ store }: ApiParts): Promise<Broken | null> {
  const steps = store.facts.verifying()
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    await nextTurn()
  }
}

/** Read in pieces, each when the viewer has taken the one before: nobody has facts waiting in memory. */
const PIECE = 100

interface Following {
  readonly after: number
  readonly projects: readonly string[] | null
  readonly signal: AbortSignal
}

async function* followFacts({ store, newest }: ApiParts, following: Following): AsyncGenerator<Sent<FactView>> {
  const { projects, signal } = following
  for (let after = following.after; !signal.aborted; ) {
    const { seq } = store.facts.head()
    const facts = seq <= after ? [] : await factsAfter(store, { after, limit: PIECE, projects, before: seq + 1 })
    for (const fact of facts) yield { id: String(fact.seq), data: fact }
    after = facts.length === PIECE ? (facts.at(-1)?.seq ?? after) : Math.max(after, seq)
    if (facts.length < PIECE) await newest.beyond(after, { projects, signal })
  }
}

interface Exporting {
  readonly after: number
  readonly filter: FactFilter
  readonly signal: AbortSignal
}

async function* exportFacts(
  { store }: ApiParts,
  { filter, signal, ...from }: Exporting,
): AsyncGenerator<Sent<FactView>> {
  // What is recorded meanwhile belongs to the next export.
  const before = store.facts.head().seq + 1
  for (let { after } = from; !signal.aborted; ) {
    const facts = await factsAfter(store, { after, limit: PIECE, ...filter, before })
    for (const fact of facts) yield { id: String(fact.seq), data: fact }
    if (facts.length < PIECE) return
    after = facts.at(-1)?.seq ?? after
  }
}

function numberIn(id: string): number {
  if (!/^\d{1,15}$/.test(id))
    throw new Fault('request.invalid', { details: { problem: 'Last-Event-ID is not one of ours' } })
  return Number(id)
}
