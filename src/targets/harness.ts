import type { HealthSpec, StopSpec } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import type { InstanceDriver, InstanceSpec, OneOff, ReleaseOnTarget } from './driver.ts'

/**
 * What the conformance suite needs around a driver: releases to deploy, visitors, and a hand that breaks things. A driver's
 * test file supplies one. `fresh()` is called once per case; it may hand out the same running target every time, because the
 * suite takes new tracks, instance names and host names for each case.
 */
export interface Harness extends AsyncDisposable {
  readonly driver: InstanceDriver
  /** The suite waits and looks at the time through this: real for a real driver, simulated for the model. */
  readonly clock: Clock
  /** Another driver to the same target, as a server has after its restart. What fences calls is on the target, not in the driver. */
  again(): Promise<InstanceDriver>
  /** A release of this kind whose archive is where `prepare` finds it. The same kind gives the same release each time. */
  release(kind: ReleaseKind): Promise<ReleaseOnTarget>
  /** Fills in what starts the release: argv, env, directory. */
  spec(wish: InstanceWish): InstanceSpec
  /** A one-off of this kind, in this release. */
  oneOff(wish: OneOffWish): OneOff
  /** How many times the process of this one-off was really started. */
  executions(oneOff: string): Promise<number>
  /** One GET of a visitor, through the edge. Never rejects for what the answer is. */
  visit(host: string, wish?: VisitWish): Promise<Visit>
  /** Kills the process of the instance, with SIGKILL. */
  crash(instance: string): Promise<void>
  /** Makes the process of the instance stand still (SIGSTOP): it answers nothing and hears no stop signal, until `thaw`. */
  freeze(instance: string): Promise<void>
  thaw(instance: string): Promise<void>
  /** Digests of the releases unpacked on the target for this track. */
  unpacked(track: string): Promise<readonly string[]>
}

/**
 * - `good`, `better`: two releases that are healthy soon; each start prints the line `hello from NAME`, and
 *   each visit that takes a while prints `answering` as it begins.
 * - `slow`: healthy too, but only about half a second after its start.
 * - `never-healthy`: runs, and answers its health probe with 500 for ever.
 * - `exits`: its process exits with 1 at once.
 * - `missing`: the archive is nowhere. `damaged`: the archive's bytes do not have the digest.
 */
export type ReleaseKind = 'good' | 'better' | 'slow' | 'never-healthy' | 'exits' | 'missing' | 'damaged'

export interface InstanceWish {
  readonly name: string
  readonly track: string
  readonly deployment: string
  readonly release: ReleaseOnTarget
  readonly process: string
  readonly routed: boolean
  /** Its probe is HTTP on `/health`. */
  readonly health: HealthSpec
  readonly stop: StopSpec
}

/**
 * - `says`: prints `one` and `two` to stdout and `three` to stderr, exits 0.
 * - `fails`: exits 3.
 * - `sleeps`: prints `asleep`, then runs for a minute unless it is ended.
 * - `naps`: prints `asleep`, runs for about half a second, prints `awake`, exits 0.
 * - `talks`, for drivers with `can.console`: prints the size of its terminal, `24x80`; then, for each line that is typed,
 *   `heard LINE at 24x80`, until there are no more (Ctrl-D), and exits 4.
 */
export type OneOffKind = 'says' | 'fails' | 'sleeps' | 'naps' | 'talks'

export interface OneOffWish {
  readonly kind: OneOffKind
  readonly name: string
  readonly track: string
  readonly release: ReleaseOnTarget
  readonly timeoutMs: number
}

export interface VisitWish {
  /** How long the app takes over its answer. */
  readonly takesMs?: number
  /** The status the app answers with. */
  readonly status?: number
}

export interface Visit {
  /** 0 = the connection broke before there was a whole answer. */
  readonly status: number
  /** Who answered, as the app itself says; null when the edge answered. */
  readonly digest: string | null
  readonly instance: string | null
}
