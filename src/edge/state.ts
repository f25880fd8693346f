import { messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { readText, writeFileAtomic } from '../system/files.ts'
import type { Route } from './protocol.ts'
import { parseRoute } from './route.ts'

/** Raised when the file's shape changes in a way that an older worker would misread. */
const stateVersion = 1
const limitBytes = 64 * 1024 * 1024

/** The worker's routes, kept so that a killed worker is back with them without anybody's help. */
export async function saveState(path: string, routes: readonly Route[]): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify({ version: stateVersion, routes }, null, 1)}\n`, { mode: 0o600 })
}

/** The routes last saved; null when there are none, or when they cannot be read: the host says them again. */
export async function loadState(path: string, log: Log): Promise<readonly Route[] | null> {
  const text = await readText(path, limitBytes)
  if (text === null) return null
  try {
    return parseState(text)
  } catch (error) {
    log.error('the state file cannot be used; starting without routes', { path, problem: messageOf(error), error })
    return null
  }
}

function parseState(text: string): readonly Route[] {
  const state = JSON.parse(text) as { readonly version?: unknown; readonly routes?: unknown } | null
  if (state?.version !== stateVersion || !Array.isArray(state.routes)) throw new TypeError('an unknown shape')
  return state.routes.map(parseRoute)
}
