import { Fault } from '../lib/fault.ts'
import { runText } from '../system/process.ts'
import type { World } from './world.ts'

type Surroundings = Pick<World, 'env' | 'folder' | 'signal'>

/** Projects of this server that the repository around the current folder is pushed to, by its remotes. */
export async function projectsOfRemotes(world: Surroundings, serverUrl: string): Promise<readonly string[]> {
  const names = (await remoteUrls(world)).map((remote) => projectOf(remote, serverUrl))
  return [...new Set(names.filter((name) => name !== null))]
}

/** `https://box.example.com/git/shop.git` → `shop`; null when it is not on this server. */
export function projectOf(remote: string, serverUrl: string): string | null {
  if (!URL.canParse(remote)) return null
  const { origin, pathname } = new URL(remote)
  const base = new URL(serverUrl)
  const prefix = `${base.pathname.replace(/\/$/, '')}/git/`
  if (origin !== base.origin || !pathname.startsWith(prefix)) return null
  return /^([a-z][a-z0-9-]*)\.git\/?$/.exec(pathname.slice(prefix.length))?.[1] ?? null
}

const gitLimitMs = 5_000

/** None when this is no repository, it has no remotes, or git is not there: then the project has to be named. */
async function remoteUrls({ env, folder, signal }: Surroundings): Promise<readonly string[]> {
  const argv = ['git', 'config', '--null', '--get-regexp', '^remote\\..*\\.(push)?url$']
  try {
    const text = await runText({
      ...{ argv, cwd: folder, env: environmentFrom(env), limitMs: gitLimitMs, signal },
      ...{ stderr: () => {}, maxBytes: 1024 * 1024 },
    })
    return text.split('\0').map((entry) => entry.slice(entry.indexOf('\n') + 1))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Fault && error.code.startsWith('process.')) return []
    throw error
  }
}

/** What git needs to find itself, the repository and the person's settings. */
function environmentFrom(env: World['env']): Record<string, string> {
  const entries = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'GIT_DIR', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_NOSYSTEM'].map(
    (name) => [name, env[name]] as const,
  )
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}
