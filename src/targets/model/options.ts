import type { Capabilities, Line } from '../driver.ts'

export const capabilities: Capabilities = {
  drain: true,
  scale: true,
  logs: true,
  traffic: true,
  run: true,
  // Its commands are scripts with a known end: there is nothing that could be typed to.
  console: false,
  files: true,
  door: true,
}

/** How the instances of a release behave, and what became of its archive. */
export interface Behaviour {
  readonly archive: 'there' | 'missing' | 'damaged'
  /** From the start of the process until its health probe can pass; null = never. */
  readonly healthyAfterMs: number | null
  /** The process exits by itself this long after each start; null = it runs on. */
  readonly exitsAfterMs: number | null
  readonly exitCode: number
  /** Once healthy, it fails its probe for `badMs` after every `goodMs`. */
  readonly flaps: { readonly goodMs: number; readonly badMs: number } | null
  /** How long it takes over an answer, and with which status. */
  readonly answersAfterMs: number
  readonly status: number
  /** From the stop signal to its exit, when nothing is in flight; null = it does not hear the signal. */
  readonly stopsAfterMs: number | null
}

/** A release that does everything right. */
export const wellBehaved: Behaviour = {
  archive: 'there',
  healthyAfterMs: 40,
  exitsAfterMs: null,
  exitCode: 1,
  flaps: null,
  answersAfterMs: 4,
  status: 200,
  stopsAfterMs: 10,
}

/** What a one-off command does. */
export interface Script {
  readonly lines: readonly (Line & { readonly afterMs: number })[]
  readonly endsAfterMs: number
  readonly exitCode: number
  /** Bytes of the backup, where it was to write one. */
  readonly writes?: number
  /** What it takes; left out, it does not tell. */
  readonly cpuMs?: number
}

export const quickScript: Script = { lines: [], endsAfterMs: 10, exitCode: 0 }

export type Verb =
  | 'prepare'
  | 'place'
  | 'route'
  | 'drain'
  | 'remove'
  | 'observe'
  | 'traffic'
  | 'run'
  | 'end'
  | 'logs'
  | 'keep'
  | 'share'
  | 'reload'
  | 'door'

/** What happens to one call on its way to the host and back. */
export interface Fate {
  /** From the call to its effect. May be longer than the caller waits: then the effect comes late. */
  readonly requestMs: number
  /** From the end of the effect to the caller's hearing of it. */
  readonly replyMs: number
  /** The call breaks: before it had an effect, or after it. */
  readonly breaks: 'before' | 'after' | null
  /** A call that breaks says so, or nothing is ever heard of it. */
  readonly silent: boolean
  /** The same call arrives once more, this long after the first. */
  readonly againAfterMs: number | null
}

/** Decides the fate of each call. Called exactly once per call. */
export type Decider = (verb: Verb) => Fate

const arrives: Fate = { requestMs: 0, replyMs: 0, breaks: null, silent: false, againAfterMs: null }

/** Nothing goes wrong. */
export const calm: Decider = () => arrives

/** The randomness that `unruly` needs: numbers from 0 up to, not including, 1. */
export type Draw = () => number

export interface FaultRates {
  /** Share of calls that break before, or after, they had their effect. */
  readonly before: number
  readonly after: number
  /** Share of the broken ones of which nothing is ever heard. */
  readonly silent: number
  readonly twice: number
  /** Usual time on the way, and the longest. */
  readonly typicalMs: number
  readonly worstMs: number
  /** Share of calls that take up to the longest time. */
  readonly late: number
}

/** Calls break, come twice and come late, at these rates. Draws the same number of times for every call. */
export function unruly(draw: Draw, rates: FaultRates): Decider {
  return () => {
    const [request, reply, lateness, breaking, silence, twice] = [draw(), draw(), draw(), draw(), draw(), draw()]
    const longestMs = lateness < rates.late ? rates.worstMs : rates.typicalMs * 2
    return {
      requestMs: Math.round(request * longestMs),
      replyMs: Math.round(reply * rates.typicalMs * 2),
      breaks: breaking < rates.before ? 'before' : breaking < rates.before + rates.after ? 'after' : null,
      silent: silence < rates.silent,
      againAfterMs: twice < rates.twice ? Math.round((twice / rates.twice) * longestMs) : null,
    }
  }
}
