import type { Context, Hono } from 'hono'
import type { AnyHandler } from '../ask.ts'
import type { Env } from '../env.ts'
import type { Sent } from '../handlers.ts'
import { posed } from './asking.ts'
import { signInFirst } from './pages.ts'
import type { DashboardParts } from './parts.ts'

const name = 'facts.export'

/** The record as a file: a fact a line, as JSON, with its hash. */
export function serveExport(app: Hono<Env>, parts: DashboardParts): void {
  app.get('/audit/export', (context) => exported(context, parts))
}

function exported(context: Context<Env>, { viewers, store, handlers, stopping }: DashboardParts): Response {
  const principal = viewers.of(context)
  if (principal === null) return signInFirst(context)
  const { asked } = posed(name, { query: context.req.query() }, { store, principal })
  const signal = AbortSignal.any([context.req.raw.signal, stopping])
  const caller = { by: principal.name, principal, signal, lastEventId: null }
  const facts = (handlers[name] as AnyHandler)(asked, caller) as AsyncIterable<Sent<unknown>>
  context.header('content-type', 'application/x-ndjson')
  context.header('content-disposition', 'attachment; filename="audit.ndjson"')
  context.header('cache-control', 'no-store')
  return context.body(ReadableStream.from(lines(facts)))
}

async function* lines(facts: AsyncIterable<Sent<unknown>>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const { data } of facts) yield encoder.encode(`${JSON.stringify(data)}\n`)
}
