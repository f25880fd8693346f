import { currentStep, type Deployment, isActive } from '../domain/deployment.ts'
import type { Traffic } from '../domain/traffic.ts'
import { sampleOf } from '../domain/traffic-slices.ts'
import { messageOf } from '../lib/fault.ts'
import { contextOf } from './context.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

const everyMs = 1_000
const answerMs = 2_000
const longestSleepMs = 60_000
const woken = new Error('woken')
const stopped = new Error('stopped')

/**
 * While deployments move it is looked once a second what visitors get, beside everything else: no deployment waits for it,
 * and nothing it meets decides about one. Where requests are not counted, or nothing moves, it sleeps.
 */
export class TrafficWatch {
  readonly #parts: Parts
  readonly #stop = new AbortController()
  #wake = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Something was stored: a deployment may have begun to move. */
  kick(): void {
    this.#wake.abort(woken)
  }

  async run(): Promise<void> {
    const { clock } = this.#parts
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController()
      const watched = this.#watched()
      await Promise.all(watched.map((each) => this.#look(each)))
      const [ms, signal] = watched.length === 0 ? [longestSleepMs, this.#wake.signal] : [everyMs, this.#stop.signal]
      await clock.sleep(ms, signal).catch(() => {}) // woken early: the next round sees why
    }
  }

  stop(): void {
    this.#stop.abort(stopped)
    this.#wake.abort(woken)
  }

  /** Those whose requests are counted since they began. A release on trial is looked at anyway. */
  #watched(): readonly Deployment[] {
    try {
      const moving = this.#parts.store.deployments.moving()
      return moving.filter((each) => each.opened !== null && currentStep(each)?.do !== 'bake')
    } catch (error) {
      this.#parts.log.error('looking for what moves failed', { error: messageOf(error) })
      return []
    }
  }

  async #look(deployment: Deployment): Promise<void> {
    const { store, clock, log, driver } = this.#parts
    try {
      const { environment } = contextOf(store, deployment)
      const limit = { clock, limitMs: answerMs, what: environment.target.driver, signal: this.#stop.signal }
      const now = await withLimit(limit, (signal) =>
        driver(environment.target).traffic(deployment.track, 'look', signal),
      )
      const current = store.deployments.get(deployment.id)
      if (current !== null && isActive(current)) keepSample(this.#parts, current, now)
    } catch (error) {
      if (!this.#stop.signal.aborted) log.debug('traffic not sampled', { deployment: deployment.id, error })
    }
  }
}

/** What a disk has no space for is left out: a sample more or less says nothing about the deployment. */
export function keepSample({ store, time, log }: Parts, { id, project, opened }: Deployment, now: Traffic): void {
  try {
    if (opened === null) store.trafficSamples.begin({ id, project }, time.now())
    else store.trafficSamples.add({ id, project }, sampleOf(opened, now, time.now()))
  } catch (error) {
    log.warn('traffic sample not kept', { deployment: id, error })
  }
}
