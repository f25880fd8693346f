/** The load generator of the demo, for tests and benches. */
export { type Load, startLoad } from '../../src/app/demo/load.ts'
