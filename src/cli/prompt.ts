import { Fault } from '../lib/fault.ts'
import { safeText } from '../lib/safe-text.ts'
import { Interruption } from './interruption.ts'
import type { World } from './world.ts'

/** Whether there is a person to ask, and no robot's mark in the environment. Questions keep off standard output. */
export function canAsk({ stdin, stderr, env }: Pick<World, 'stdin' | 'stderr' | 'env'>): boolean {
  return stdin.isTTY === true && stderr.isTTY === true && (env.CI ?? '') === ''
}

export interface Question {
  readonly text: string
  /** What answers it without a terminal, for the error: `--token-file FILE`. */
  readonly flag: string
}

/** A word that is not shown while it is typed. Throws an Interruption when the person would not say it. */
export async function askSecret(world: World, { text, flag }: Question): Promise<string> {
  const { password, isCancel } = await prompts(world, { text, flag })
  const answer = await password({ message: safeText(text), ...streams(world) })
  if (isCancel(answer)) throw new Interruption('no answer')
  return answer
}

/** Throws an Interruption when the person says neither. */
export async function askYes(world: World, { text, flag }: Question): Promise<boolean> {
  const { confirm, isCancel } = await prompts(world, { text, flag })
  const answer = await confirm({ message: safeText(text), initialValue: false, ...streams(world) })
  if (isCancel(answer)) throw new Interruption('no answer')
  return answer
}

function streams({ stdin, stderr, signal }: World) {
  return { input: stdin, output: stderr, signal }
}

/** Loaded only when somebody is asked: most calls never do. */
async function prompts(world: World, { text, flag }: Question) {
  if (!canAsk(world)) throw new Fault('command.input_needed', { details: { what: `An answer to “${text}”`, flag } })
  return await import('@clack/prompts')
}
