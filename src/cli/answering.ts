import { Fault } from '../lib/fault.ts'
import { askYes, canAsk } from './prompt.ts'
import type { Session } from './session.ts'

export interface Answer {
  /** What a person looked at before, if they say so: a plan's hash, a commit. */
  readonly lookedAt: string | undefined
  readonly isSure: boolean
}

/** Where nobody can be asked, it has to be said beforehand. Fault `command.input_needed`. */
export function mustBeAnswerable({ world }: Session, answer: Answer, asked: { what: string; flag: string }): void {
  if (answer.lookedAt === undefined && !answer.isSure && !canAsk(world))
    throw new Fault('command.input_needed', { details: asked })
}

/** False, with a word about it, when the person says no to what was just shown. */
export async function isMeant(
  { world, output }: Session,
  { lookedAt, isSure }: Answer,
  question: { readonly text: string; readonly flag: string },
): Promise<boolean> {
  const isYes = lookedAt !== undefined || isSure || (await askYes(world, question))
  if (!isYes) output.note('Nothing was approved.')
  return isYes
}
