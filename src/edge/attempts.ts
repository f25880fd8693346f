import type { Admission } from './admission.ts'
import { choose } from './balancer.ts'
import type { InFlight, Instance } from './instance.ts'

export type Passed = Extract<Admission, { kind: 'pass' }>

/** How one request fared with the instances it was put before, and whether it may be put before another. */
export class Attempts {
  /** Why the last one came to nothing, and the status that says so. */
  problem = 'no instance in the routing'
  status = 503
  readonly #tried: Instance[] = []
  #hasRepeated = false

  /** The next instance, with the request counted in flight on it; null when there is none left. */
  next(
    admitted: Passed,
    request: InFlight,
    { pinned, now }: { pinned: Instance | null; now: number },
  ): Instance | null {
    const { track, directed, counted } = admitted
    const instances = directed === null ? track.routed : [directed]
    const chosen = choose({ instances, pinned, tried: this.#tried, turn: track.nextTurn(), now }, request)
    if (chosen !== null && this.#tried.length > 0) track.counters.retried(counted, chosen.spec.digest)
    return chosen
  }

  /** Nothing of the request was sent, so it may go to any other, however many there are. */
  unreachable(instance: Instance, problem: string): void {
    this.#tried.push(instance)
    this.problem = `no instance took the connection; the last said: ${problem}`
  }

  /**
   * Sent, and lost without a byte of an answer; only for requests that may be sent twice. Whether to try once more. An idle
   * connection that closed under the request is as good as not sent, and its instance may be in the best of health.
   * Otherwise once only, as a request that ends one instance would end the next one too.
   */
  mayRepeat(instance: Instance, lost: { readonly problem: string; readonly wasIdle: boolean }): boolean {
    if (lost.wasIdle) return true
    if (this.#hasRepeated) return false
    this.#hasRepeated = true
    this.#tried.push(instance)
    this.problem = lost.problem
    this.status = 502
    return true
  }
}
