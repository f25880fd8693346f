import type { InstanceDriver, Line, OneOff, OneOffResult, Order } from '../targets/driver.ts'
import { withLimit } from './limit.ts'
import type { LineLog, Parts } from './parts.ts'

export interface OneOffWork {
  readonly parts: Parts
  readonly driver: InstanceDriver
  readonly order: Order
  readonly signal: AbortSignal
}

export interface Recording {
  /** Values that are masked in the log. */
  readonly secrets: readonly string[]
  /** The name of the log; left out, that of the command. */
  readonly log?: string
  /** Hears every line, unmasked. */
  readonly hear?: (line: Line) => void
}

/** Runs a command in the context of a release to its end, its lines in the log named like it. */
export async function runToEnd(
  work: OneOffWork,
  oneOff: OneOff,
  { secrets, log: name = oneOff.name, hear = () => {} }: Recording,
): Promise<OneOffResult> {
  const log = await work.parts.openLog(name, secrets)
  const write = (line: Line) => {
    log.write(line)
    hear(line)
  }
  try {
    return await runLogged(work, oneOff, { ...log, write })
  } finally {
    await log.close()
  }
}

/** The same, with a log that others write to as well. */
export async function runLogged(work: OneOffWork, oneOff: OneOff, log: LineLog): Promise<OneOffResult> {
  const { parts, driver, order, signal } = work
  // The target keeps the limit itself; this one is for a target that never answers.
  // Whoever has the lock that is waited for has a limit too.
  const limitMs = oneOff.timeoutMs * (oneOff.lock === undefined ? 1 : 2) + 60_000
  return await withLimit({ clock: parts.clock, limitMs, what: driver.name, signal }, (own) =>
    driver.run(oneOff, order, (line) => log.write(line), own),
  )
}
