import assert from 'node:assert/strict'
import type { HealthSpec, StopSpec } from '../../domain/spec.ts'
import { Fault } from '../../lib/fault.ts'
import type { FaultCode } from '../../lib/faults.ts'
import {
  bareRouting,
  type Capabilities,
  type InstanceDriver,
  type InstanceSpec,
  type ObservedInstance,
  type OneOff,
  type Order,
  type ReleaseOnTarget,
  type Routing,
  type StopOrder,
} from '../driver.ts'
import type { Harness, OneOffKind, ReleaseKind, Visit, VisitWish } from '../harness.ts'

/** One behaviour the contract demands. Its name is what `skip` is keyed by. */
export interface Rule {
  readonly name: string
  readonly needs?: keyof Capabilities
  readonly check: (stage: Stage) => Promise<void>
}

/** Longest wait for anything that must come about. Generous: a real driver is tested on busy machines. */
const limitMs = 15_000

/** A start period that a healthy release never exhausts, and one that is over soon. */
const patientMs = 15_000
const impatientMs = 700

let stages = 0

/** One track of its own on the target, and the words in which the rules speak about it. */
export class Stage {
  readonly harness: Harness
  readonly driver: InstanceDriver
  readonly track: string
  readonly host: string
  readonly deployment: string
  readonly #end = new AbortController()
  #number = 100
  #names = 0

  constructor(harness: Harness) {
    stages += 1
    this.harness = harness
    this.driver = harness.driver
    this.track = `conformance/app/case-${stages}`
    this.host = `case-${stages}.example.test`
    this.deployment = `d${stages}`
  }

  /** Never aborted while the rule is being checked; afterwards, so that nothing is left waiting. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  end(): void {
    this.#end.abort(new Error('the case is over'))
  }

  /** The next command number of this track. */
  order(): Order {
    this.#number += 1
    return this.numbered(this.#number)
  }

  numbered(number: number): Order {
    return { track: this.track, number }
  }

  async prepared(kind: ReleaseKind): Promise<ReleaseOnTarget> {
    const release = await this.harness.release(kind)
    await this.driver.prepare(release, this.order(), this.signal)
    return release
  }

  /** A spec of a new name. Nothing is started. */
  spec(release: ReleaseOnTarget, wish: SpecWish = {}): InstanceSpec {
    const process = wish.process ?? 'web'
    this.#names += 1
    return this.harness.spec({
      name: wish.name ?? `${this.deployment}-${process}-${this.#names}`,
      track: this.track,
      deployment: wish.deployment ?? this.deployment,
      release,
      process,
      routed: wish.routed ?? process === 'web',
      health: health(wish),
      stop: stop(wish),
    })
  }

  /** For releases that never become healthy: a short start period. */
  doomed(release: ReleaseOnTarget): InstanceSpec {
    return this.spec(release, { startPeriodMs: impatientMs })
  }

  /** Prepares the release and places `count` instances of it. */
  async placed(kind: ReleaseKind, count = 1, wish: SpecWish = {}): Promise<readonly InstanceSpec[]> {
    const release = await this.prepared(kind)
    const specs = Array.from({ length: count }, () => this.spec(release, wish))
    await this.driver.place(specs, this.order(), this.signal)
    return specs
  }

  /** Prepares, places, and sends the visitors there. */
  async serving(kind: ReleaseKind, count = 1, wish: SpecWish = {}): Promise<readonly InstanceSpec[]> {
    const specs = await this.placed(kind, count, wish)
    await this.route(specs)
    return specs
  }

  async route(specs: readonly InstanceSpec[]): Promise<void> {
    await this.driver.route(this.routing(specs), this.order(), this.signal)
  }

  routing(specs: readonly InstanceSpec[]): Routing {
    const release = specs[0]?.release ?? { digest: '0'.repeat(64), version: 'none', commit: '0'.repeat(40), app: 'app' }
    const instances = specs.map((spec) => spec.name)
    return {
      ...bareRouting,
      hosts: [this.host],
      port: null,
      deployment: this.deployment,
      release,
      environment: 'production',
      instances,
    }
  }

  async remove(specs: readonly StopOrder[]): Promise<void> {
    await this.driver.remove(stops(specs), this.order(), this.signal)
  }

  oneOff(kind: OneOffKind, release: ReleaseOnTarget, wish: { name?: string; timeoutMs?: number } = {}): OneOff {
    this.#names += 1
    const name = wish.name ?? `${this.deployment}-run-${this.#names}`
    return this.harness.oneOff({ kind, name, track: this.track, release, timeoutMs: wish.timeoutMs ?? patientMs })
  }

  visit(wish: VisitWish = {}): Promise<Visit> {
    return this.harness.visit(this.host, wish)
  }

  /** The answers of `count` visitors, one after the other. */
  async visits(count: number): Promise<readonly Visit[]> {
    const answers: Visit[] = []
    for (let index = 0; index < count; index += 1) answers.push(await this.visit())
    return answers
  }

  /** Visitors who keep coming, one after the other, while `work` goes on; every answer they got. */
  async visitedDuring(work: () => Promise<unknown>): Promise<readonly Visit[]> {
    const answers: Visit[] = []
    let over = false
    const visitors = (async () => {
      while (!over) {
        answers.push(await this.visit())
        await this.harness.clock.sleep(5, this.signal)
      }
    })()
    try {
      await work()
    } finally {
      over = true
      await visitors
    }
    return answers
  }

  async instances(): Promise<readonly ObservedInstance[]> {
    return (await this.driver.observe(this.track, this.signal)).instances
  }

  async names(): Promise<readonly string[]> {
    return (await this.instances()).map((instance) => instance.name).sort()
  }

  async routed(): Promise<readonly string[]> {
    return [...(await this.driver.observe(this.track, this.signal)).routed].sort()
  }

  async instance(name: string): Promise<ObservedInstance> {
    const found = (await this.instances()).find((instance) => instance.name === name)
    assert.ok(found, `${name} is not among the observed instances`)
    return found
  }

  /** What the instances of the track printed: `NAME: text`. */
  async lines(process: string | null = null): Promise<readonly string[]> {
    const seen: string[] = []
    const query = { track: this.track, process, lines: 100, follow: false }
    await this.driver.logs(query, (instance, line) => seen.push(`${instance}: ${line.text}`), this.signal)
    return seen
  }

  /** Names of the instances that have begun to answer a visitor for whom they take a while. */
  async answering(): Promise<readonly string[]> {
    const suffix = ': answering'
    return (await this.lines()).filter((line) => line.endsWith(suffix)).map((line) => line.slice(0, -suffix.length))
  }

  /** Waits until it holds. Looking may go wrong while things change; the last such error is told when time is up. */
  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const { clock } = this.harness
    const endsAt = clock.monotonic() + limitMs
    while (!(await condition())) {
      assert.ok(clock.monotonic() < endsAt, `not within ${limitMs} ms: ${what}`)
      await clock.sleep(20, this.signal)
    }
  }

  /** How long the work took, in milliseconds of the harness's clock. */
  async took(work: () => Promise<unknown>): Promise<number> {
    const startedAt = this.harness.clock.monotonic()
    await work()
    return this.harness.clock.monotonic() - startedAt
  }

  /** A signal that is aborted with this reason after a while. */
  abortedAfter(ms: number, reason: Error): AbortSignal {
    const controller = new AbortController()
    const timer = this.harness.clock.sleep(ms, this.signal).then(() => controller.abort(reason))
    timer.catch(() => controller.abort(reason))
    return controller.signal
  }
}

export interface SpecWish {
  readonly name?: string
  readonly process?: string
  readonly deployment?: string
  readonly routed?: boolean
  readonly probe?: 'http' | 'process'
  readonly startPeriodMs?: number
  readonly graceMs?: number
  readonly drainMs?: number
}

/** Asserts that the call ends with the Fault of this code, and returns it. */
export async function fault(code: FaultCode, call: Promise<unknown>): Promise<Fault> {
  try {
    await call
  } catch (error) {
    assert.ok(error instanceof Fault, `expected the Fault ${code}, got ${error}`)
    assert.equal(error.code, code, error.message)
    return error
  }
  assert.fail(`expected the Fault ${code}, but the call resolved`)
}

export function stops(specs: readonly StopOrder[]): readonly StopOrder[] {
  return specs.map((spec) => ({ name: spec.name, stop: spec.stop }))
}

export function namesOf(specs: readonly StopOrder[]): readonly string[] {
  return specs.map((spec) => spec.name).sort()
}

/** The first of a list that is known to have one. */
export function first<T>(list: readonly T[]): T {
  const [item] = list
  assert.ok(item !== undefined)
  return item
}

function health(wish: SpecWish): HealthSpec {
  return {
    probe:
      wish.probe === 'process' ? { kind: 'process' } : { kind: 'http', path: '/health', host: null, expect: [200] },
    startPeriodMs: wish.startPeriodMs ?? patientMs,
    intervalMs: 50,
    timeoutMs: 1000,
    passes: 2,
    failures: 2,
  }
}

function stop(wish: SpecWish): StopSpec {
  return { signal: 'SIGTERM', graceMs: wish.graceMs ?? 5000, drainMs: wish.drainMs ?? 10_000 }
}
