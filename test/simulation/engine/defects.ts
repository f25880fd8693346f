import type { Parts } from '../../../src/engine/parts.ts'
import type { Life } from '../kit/scheduler.ts'
import type { Stage } from './stage.ts'

/** A mistake that could be made, put into the parts of the engine; the engine itself has no switch for it. */
export interface Defect {
  /** What is wrong then. */
  readonly breaks: string
  plant(parts: Parts, stage: Stage, life: Life): Parts
}

export const defects: Readonly<Record<string, Defect>> = {}
