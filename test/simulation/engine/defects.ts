import type { Parts } from '../../../src/engine/parts.ts'
import type { Life } from '../kit/scheduler.ts'
import { driverDefects } from './defects/driver.ts'
import { ruleDefects } from './defects/rules.ts'
import { storeDefects } from './defects/store.ts'
import type { Stage } from './stage.ts'

/** A mistake that could be made, put into the parts of the engine or into what they run on; the engine itself has no switch for it. */
export interface Defect {
  /** What is wrong then. */
  readonly breaks: string
  readonly plant?: (parts: Parts, stage: Stage, life: Life) => Parts
  /** False: the host does what a late command says. */
  readonly fenced?: boolean
  /** The disk says that it has stored what it has not. */
  readonly lazyDisk?: boolean
}

export const defects: Readonly<Record<string, Defect>> = {
  'no fence': { breaks: 'the host obeys a command that comes after its successor', fenced: false },
  'acknowledgement before commit': { breaks: 'what was said to be stored is gone after a crash', lazyDisk: true },
  'jobs without a limit': {
    breaks: 'more jobs run at a time than the machine is for',
    plant: (parts) => ({ ...parts, settings: { ...parts.settings, parallelJobs: 100 } }),
  },
  ...driverDefects,
  ...ruleDefects,
  ...storeDefects,
}
