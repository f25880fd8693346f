import type { InstanceDriver, OneOff, OneOffResult, Order } from '../targets/driver.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

export interface OneOffWork {
  readonly parts: Parts
  readonly driver: InstanceDriver
  readonly order: Order
  readonly signal: AbortSignal
}

/** Runs a command in the context of a release to its end, its lines in the log named like it. */
export async function runToEnd(work: OneOffWork, oneOff: OneOff, secrets: readonly string[]): Promise<OneOffResult> {
  const { parts, driver, order, signal } = work
  const log = await parts.openLog(oneOff.name, secrets)
  try {
    // The target keeps the limit itself; this one is for a target that never answers.
    const limitMs = oneOff.timeoutMs + 60_000
    return await withLimit({ clock: parts.clock, limitMs, what: driver.name, signal }, (own) =>
      driver.run(oneOff, order, (line) => log.write(line), own),
    )
  } finally {
    await log.close()
  }
}
