import { gitText, type Surroundings } from './git.ts'

/** Projects of this server that the repository around the current folder is pushed to, by its remotes. */
export async function projectsOfRemotes(world: Surroundings, serverUrl: string): Promise<readonly string[]> {
  const found = await gitText(world, 'config', '--null', '--get-regexp', '^remote\\..*\\.(push)?url$')
  // Each entry is the key, a newline, and the value.
  const remotes = (found ?? '').split('\0').map((entry) => entry.slice(entry.indexOf('\n') + 1))
  const names = remotes.map((remote) => projectOf(remote, serverUrl))
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
