import type { Clock } from '../../lib/clock.ts'
import { type Load, startLoad } from './load.ts'
import type { LoadReport, PhaseReport } from './load-report.ts'
import { shopMix } from './shop-mix.ts'

/** Made-up visitors of both environments, told apart by the scene in which their requests left. */
export interface Visitors extends AsyncDisposable {
  start(): void
  mark(phase: string): void
  /** What was lost so far, in words. */
  lost(): readonly string[]
  finish(): Promise<readonly VisitorReport[]>
}

export interface VisitorReport {
  readonly environment: string
  readonly sent: number
  readonly answered: number
  readonly failed: number
  readonly phases: Readonly<Record<string, PhaseReport>>
}

const ratePerS = 40
const longestMs = 300_000

const hosts: Readonly<Record<string, string>> = { staging: 'staging.shop.localhost', production: 'shop.localhost' }

export function visitorsOf(edge: string, clock: Clock): Visitors {
  const colon = edge.lastIndexOf(':')
  const at = { host: edge.slice(0, colon), port: Number(edge.slice(colon + 1)) }
  const loads = new Map<string, Load>()
  const plan = { ...at, ratePerS, mix: shopMix, durationMs: longestMs, timeoutMs: 15_000 }
  const finish = async () => {
    const reports: VisitorReport[] = []
    for (const [environment, load] of loads) reports.push(summary(environment, await load.finish()))
    return reports
  }
  return {
    start() {
      for (const [environment, hostHeader] of Object.entries(hosts)) {
        loads.set(environment, startLoad({ ...plan, hostHeader }, clock))
      }
    },
    mark: (phase) => {
      for (const load of loads.values()) load.mark(phase)
    },
    lost: () =>
      [...loads].flatMap(([environment, load]) =>
        load
          .report()
          .failed.map(({ shape, phase, status, error }) => `${environment}, ${phase}: ${shape}: ${error ?? status}`),
      ),
    finish,
    async [Symbol.asyncDispose]() {
      await finish()
    },
  }
}

function summary(environment: string, { sent, answered, failed, phases }: LoadReport): VisitorReport {
  return { environment, sent, answered, failed: failed.length, phases }
}
