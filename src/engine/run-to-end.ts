import type { InstanceDriver, OneOff, OneOffResult, Order } from '../targets/driver.ts'
import { withLimit } from './limit.ts'
import type { LineLog, Parts } from './parts.ts'

export interface OneOffWork {
  readonly parts: Parts
  readonly driver: InstanceDriver
  readonly order: Order
  readonly signal: AbortSignal
}

/** Runs a command in the context of a release to its end, its lines in the log named like it. */
export async function runToEnd(work: OneOffWork, oneOff: OneOff, secrets: readonly string[]): Promise<OneOffResult> {
  const log = await work.parts.openLog(oneOff.name, secrets)
  try {
    return await runLogged(work, oneOff, log)
  } finally {
    await log.close()
  }
}

/** The same, with a log that others write to as well. */
export async function runLogged(work: OneOffWork, oneOff: OneOff, log: LineLog): Promise<OneOffResult> {
  const { parts, driver, order, signal } = work
  // The target keeps the limit itself; this one is for a target that never answers.
  const limitMs = oneOff.timeoutMs + 60_000
  return await withLimit({ clock: parts.clock, limitMs, what: driver.name, signal }, (own) =>
    driver.run(oneOff, order, (line) => log.write(line), own),
  )
}
