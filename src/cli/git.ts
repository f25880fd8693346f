import { Fault } from '../lib/fault.ts'
import { runText } from '../system/process.ts'
import type { World } from './world.ts'

export type Surroundings = Pick<World, 'env' | 'folder' | 'signal'>

const limitMs = 10_000
const maxBytes = 16 * 1024 * 1024

/** What git says in the current folder; null when it says no, as where there is no repository, or no git. */
export async function gitText({ env, folder, signal }: Surroundings, ...words: string[]): Promise<string | null> {
  try {
    return await runText({ argv: ['git', ...words], cwd: folder, env: environmentFrom(env), limitMs, signal, maxBytes })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault && error.code.startsWith('process.')) return null
    throw error
  }
}

/** What git needs to find itself, the repository and the person's settings. */
function environmentFrom(env: World['env']): Record<string, string> {
  const names = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_DIR', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
