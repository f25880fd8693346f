import type { OneOffTerminal } from '../domain/one-off.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import { redactor } from '../lib/redact.ts'
import type { OneOff, OneOffResult } from '../targets/driver.ts'
import type { OpenConsole } from './consoles.ts'
import { withLimit } from './limit.ts'
import type { LineLog } from './parts.ts'
import type { OneOffWork } from './run-to-end.ts'
import { transcript } from './transcript.ts'

export interface Sitting {
  readonly id: string
  readonly terminal: OneOffTerminal
  /** Values that are masked on the screen and in the transcript. */
  readonly secrets: readonly string[]
  readonly log: LineLog
}

/** How long nothing may be heard of whoever sits at it: their program tells every few seconds that it is there. */
const SILENCE_MS = 30_000

/** Runs a command at its person's terminal to its end, or until nobody is there; what stood on the screen is its log. */
export async function runAtTerminal(work: OneOffWork, oneOff: OneOff, sitting: Sitting): Promise<OneOffResult> {
  const { parts, driver, order, signal } = work
  const { id, terminal, secrets, log } = sitting
  const { console: open } = driver
  if (open === undefined) {
    throw new Fault('console.impossible', { details: { environment: oneOff.track, target: driver.name } })
  }
  const line = parts.consoles.of(id)
  const screen = maskedScreen(line, secrets, parts.clock)
  const written = transcript(log)
  const over = new AbortController()
  const watched = hangUpInSilence(line, parts.clock, over.signal)
  const show = async (bytes: Uint8Array) => {
    written.add(bytes)
    await screen.show(bytes)
  }
  const joined = { size: terminal, show, input: line.input() }
  try {
    // The target keeps the limit itself; this one is for a target that never answers.
    const limited = { clock: parts.clock, limitMs: oneOff.timeoutMs + 60_000, what: driver.name, signal }
    const result = await withLimit(limited, (own) => open(oneOff, joined, order, own))
    screen.end()
    // A quick program has ended before its person has sat down; what it said is for them all the same.
    await line.taken(signal)
    return result
  } finally {
    over.abort()
    await watched
    written.end()
    screen.end()
    line.hangUp()
    parts.consoles.forget(id)
  }
}

async function hangUpInSilence(line: OpenConsole, clock: Clock, signal: AbortSignal): Promise<void> {
  line.hear()
  while (!signal.aborted && line.silentMs < SILENCE_MS) {
    await clock.sleep(SILENCE_MS - line.silentMs, signal).catch(() => {}) // It is over: the loop sees that.
  }
  if (!signal.aborted) line.hangUp()
}

/** What may still become a secret waits so long for what comes after it: a prompt must not wait for ever. */
const HELD_MS = 100

function maskedScreen(line: OpenConsole, secrets: readonly string[], clock: Clock) {
  const masking = redactor(secrets).stream()
  let shown = 0
  const end = () => void Promise.allSettled([line.show(masking.end())])
  const endSoon = async (number: number) => {
    await clock.sleep(HELD_MS)
    if (number === shown) end()
  }
  return {
    end,
    async show(bytes: Uint8Array): Promise<void> {
      shown += 1
      if (secrets.length > 0) void Promise.allSettled([endSoon(shown)])
      await line.show(masking.push(bytes))
    },
  }
}
