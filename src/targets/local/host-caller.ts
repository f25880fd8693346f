import type { Hello, VerbName, Verbs } from '../../host/protocol.ts'
import { messageOf } from '../../lib/fault.ts'
import { askHost, hostGone, isGone, NoHost, type Question, unreachable } from './host-client.ts'
import { ensureHost, type HostPlace } from './start-host.ts'

type Asking<V extends VerbName> = Omit<Question<V>, 'dir'>

/** Between tries to start a host that does not come up. */
const RETRY_MS = 5000

/** Asks the host, and starts it when it is gone. */
export class HostCaller {
  readonly #place: HostPlace
  /** Calls for many tracks find out at the same time that the host is gone: one of them starts it. */
  #starting: Promise<Hello> | null = null

  constructor(place: HostPlace) {
    this.#place = place
  }

  /** A host that goes away in the middle is asked once more, because every call may be made again. */
  async call<V extends VerbName>(asking: Asking<V>, signal: AbortSignal): Promise<Verbs[V]['answer']> {
    const { dir, log } = this.#place
    let hasHeard = false
    const hear = (event: Verbs[V]['event']) => {
      hasHeard = true
      asking.hear?.(event)
    }
    try {
      return await askHost({ ...asking, dir, hear }, signal)
    } catch (error) {
      signal.throwIfAborted()
      // What has been told is not told twice without need.
      if (!isGone(error) || hasHeard) throw error
      log.info('host is gone, and asked again', { verb: asking.verb, problem: messageOf(error) })
    }
    await this.ensure(signal)
    return askHost({ ...asking, dir, hear }, signal).catch((error: unknown) => {
      throw error instanceof NoHost ? unreachable(messageOf(error), error) : error
    })
  }

  /** Until the signal is aborted: whenever the host has gone, it is started again, and with it the edge. */
  async keepUp(signal: AbortSignal): Promise<void> {
    const { dir, log, clock } = this.#place
    while (!signal.aborted) {
      try {
        await this.ensure(signal)
        await hostGone(dir, signal)
        log.warn('host has gone, and is started again')
      } catch (error) {
        if (signal.aborted) return
        if (!isGone(error)) log.error('host could not be started', { problem: messageOf(error) })
        await clock.sleep(RETRY_MS, signal).catch(() => {}) // told to stop
      }
    }
  }

  /** Makes sure that there is one, and tells who it is. */
  async ensure(signal: AbortSignal): Promise<Hello> {
    this.#starting ??= ensureHost(this.#place, new AbortController().signal).finally(() => {
      this.#starting = null
    })
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    return await Promise.race([this.#starting, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
  }
}
