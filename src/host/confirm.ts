import { ownFields } from '../edge/protocol.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { httpGet } from '../system/http-get.ts'
import type { InstanceSpec, Routing } from '../targets/driver.ts'
import type { EdgeSession, EdgeWorker } from './edge-worker.ts'
import { isExpected } from './probes.ts'
import { late, within } from './waiting.ts'

export interface Confirmation {
  readonly instance: InstanceSpec
  readonly routing: Routing
  readonly clock: Clock
}

const CONFIRM_MS = 3000
const PAUSE_MS = 30

/**
 * Sends a request to this very instance through the worker, as a visitor's would go, and again for a while until it is
 * answered as it should be. Fault `route.unconfirmed`.
 */
export async function confirmThrough(worker: EdgeWorker, wish: Confirmation, signal: AbortSignal): Promise<void> {
  const { instance, clock } = wish
  let problem = 'it was not asked'
  const limit = { clock, limitMs: CONFIRM_MS, signal }
  const done = await within(limit, async (inner) => {
    for (;;) {
      problem = worker.session === null ? worker.problem : await problemThrough(worker.session, wish, inner)
      if (problem === '') return
      await clock.sleep(PAUSE_MS, inner)
    }
  })
  if (done !== late) return
  throw new Fault('route.unconfirmed', { details: { instance: instance.name, edge: worker.id, problem } })
}

async function problemThrough(session: EdgeSession, wish: Confirmation, signal: AbortSignal): Promise<string> {
  const { instance, routing, clock } = wish
  const { probe, timeoutMs } = instance.health
  const headers = {
    host: (probe.kind === 'http' ? probe.host : null) ?? hostOf(routing),
    'user-agent': 'Signalbox confirmation',
    connection: 'close',
    [ownFields.token]: session.hello.token,
    [ownFields.instance]: instance.name,
  }
  const path = probe.kind === 'http' ? probe.path : '/'
  const place = { address: '127.0.0.1', port: session.hello.confirmPort, path, headers }
  try {
    const answer = await within({ clock, limitMs: timeoutMs, signal }, (inner) => httpGet(place, inner))
    if (answer === late) return `no answer within ${timeoutMs} ms`
    if (answer.headers[ownFields.instance] !== instance.name) return `the edge answered ${answer.status} itself`
    const isRight = probe.kind !== 'http' || isExpected(answer.status, probe.expect)
    return isRight ? '' : `it answered ${answer.status}: ${answer.start}`
  } catch (error) {
    signal.throwIfAborted()
    return messageOf(error)
  }
}

/** The name by which visitors, and so the host's own requests, come to a track. */
export function hostOf({ hosts, port }: Routing): string {
  return hosts[0] ?? `127.0.0.1:${port ?? 80}`
}
