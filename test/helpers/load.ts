/** The load generator of the demo, for tests and benches. */
export { type Load, type LoadPlan, startLoad } from '../../src/app/demo/load.ts'
export type { LoadReport, Outcome, PhaseReport } from '../../src/app/demo/load-report.ts'
export type { Shape } from '../../src/app/demo/load-request.ts'
