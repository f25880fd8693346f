import type { HealthSpec } from '../domain/spec.ts'
import type { Clock } from '../lib/clock.ts'
import type { ProbeResult } from './probes.ts'

/** What an instance's probes have shown since its process was started. */
export interface Tally {
  readonly state: 'starting' | 'healthy' | 'unhealthy'
  /** In a row. */
  readonly passes: number
  readonly failures: number
  /** How often it went from healthy to unhealthy; each time it takes longer to be trusted again. */
  readonly flaps: number
}

export const unproven: Tally = { state: 'starting', passes: 0, failures: 0, flaps: 0 }
export const proven: Tally = { state: 'healthy', passes: 0, failures: 0, flaps: 0 }

/** So many passes in a row, and earlier flapping is forgiven. */
const FORGIVEN_AFTER = 100
const MOST_DOUBLINGS = 4

/** The tally after one more probe. */
export function after(tally: Tally, isPass: boolean, spec: HealthSpec, sinceStartMs: number): Tally {
  const counted = {
    ...tally,
    passes: isPass ? tally.passes + 1 : 0,
    failures: isPass ? 0 : tally.failures + 1,
    flaps: isPass && tally.passes >= FORGIVEN_AFTER ? 0 : tally.flaps,
  }
  if (tally.state === 'healthy') {
    if (isPass || counted.failures < spec.failures) return counted
    return { ...counted, state: 'unhealthy', flaps: counted.flaps + 1 }
  }
  if (isPass && counted.passes >= passesToJoin(tally, spec)) return { ...counted, state: 'healthy' }
  return !isPass && sinceStartMs >= spec.startPeriodMs ? { ...counted, state: 'unhealthy' } : counted
}

function passesToJoin(tally: Tally, spec: HealthSpec): number {
  return spec.passes * 2 ** Math.min(tally.flaps, MOST_DOUBLINGS)
}

const SHORTEST_PAUSE_MS = 10

/**
 * Until the first pass we look often, because an app's first visitor waits for us, but never so often that we would take
 * a noticeable share of the machine from an app that starts slowly: what we add is at most a twentieth of its own time.
 */
export function pauseBefore(tally: Tally, spec: HealthSpec, sinceStartMs: number): number {
  if (tally.state !== 'starting' || tally.passes > 0) return spec.intervalMs
  return Math.min(Math.max(sinceStartMs / 20, SHORTEST_PAUSE_MS), spec.intervalMs)
}

export interface HealthWatch {
  readonly spec: HealthSpec
  readonly clock: Clock
  /** Monotonic time of the process's start. */
  readonly startedMs: number
  readonly from: Tally
  readonly ask: (signal: AbortSignal, tally: Tally) => Promise<ProbeResult>
  /** Told after each probe. */
  readonly hear: (tally: Tally, result: ProbeResult, sinceStartMs: number) => Promise<void>
}

/** Probes until the signal is aborted, and then rejects with its reason. */
export async function watchHealth(watch: HealthWatch, signal: AbortSignal): Promise<never> {
  const { spec, clock, startedMs, ask, hear } = watch
  for (let tally = watch.from; ; ) {
    const result = await ask(signal, tally)
    signal.throwIfAborted()
    const sinceStartMs = clock.monotonic() - startedMs
    tally = after(tally, result.isPass, spec, sinceStartMs)
    await hear(tally, result, sinceStartMs)
    await clock.sleep(pauseBefore(tally, spec, sinceStartMs), signal)
  }
}

/** Probes with the same outcome, one after the other, as one line. */
export interface ProbeNote extends Omit<ProbeResult, 'isRefused' | 'address'> {
  /** Milliseconds after the instance was placed: of the first and the last of them. */
  readonly fromMs: number
  readonly toMs: number
  readonly count: number
}

const MOST_NOTES = 100

/** All probes of a start; of very many different ones the first and the newest. */
export class ProbeHistory {
  readonly #notes: ProbeNote[] = []

  add({ isRefused: _, address: __, ...result }: ProbeResult, atMs: number): void {
    const toMs = Math.round(atMs)
    const last = this.#notes.at(-1)
    if (last !== undefined && isSame(last, result)) {
      this.#notes[this.#notes.length - 1] = { ...last, toMs, count: last.count + 1 }
      return
    }
    this.#notes.push({ ...result, fromMs: toMs, toMs, count: 1 })
    if (this.#notes.length > MOST_NOTES) this.#notes.splice(MOST_NOTES / 2, 1)
  }

  get notes(): readonly ProbeNote[] {
    return [...this.#notes]
  }

  /** The last probe in words, for a sentence. */
  get lastSaid(): string | null {
    const last = this.#notes.at(-1)
    if (last === undefined) return null
    if (last.isPass) return 'its last probe passed'
    if (last.status !== undefined) return `its last probe was answered with ${last.status}`
    return `its last probe failed: ${last.error}`
  }
}

function isSame(note: ProbeNote, result: Omit<ProbeResult, 'isRefused' | 'address'>): boolean {
  return (
    note.isPass === result.isPass &&
    note.status === result.status &&
    note.error === result.error &&
    note.answer === result.answer
  )
}
