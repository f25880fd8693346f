import { dirname, isAbsolute, join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { makeDirectory, writeFileAtomic } from '../system/files.ts'
import { readUserFile, within } from './user-file.ts'
import type { World } from './world.ts'

/** A server, and the token that says who we are there. */
export interface Login {
  /** Without a slash at the end. */
  readonly url: string
  readonly token: string
}

export interface LoginOptions {
  readonly server?: string | undefined
  readonly tokenFile?: string | undefined
}

type Surroundings = Pick<World, 'env' | 'folder'>

/** The server meant: named now, named by the environment, the one of the data directory named, or the one logged in to last. */
export async function currentLogin(world: Surroundings, options: LoginOptions): Promise<Login> {
  const stored = await readLogins(world)
  const named = options.server ?? wordIn(world, 'SIGNALBOX_URL') ?? (await urlOfData(world, options)) ?? stored.current
  if (named === null) throw new Fault('login.missing')
  const url = serverUrl(named)
  const token = (await tokenGiven(world, { ...options, url })) ?? stored.tokens.get(url) ?? null
  if (token === null) throw new Fault('login.no_token', { details: { url } })
  return { url, token }
}

/** The token for the server at this address, whatever its path; never one that was meant for another. */
export async function tokenForOrigin(world: Surroundings, origin: string): Promise<string | null> {
  const isThere = (url: string) =>
    URL.canParse(url) && URL.canParse(origin) && new URL(url).origin === new URL(origin).origin
  const named = wordIn(world, 'SIGNALBOX_URL')
  const given = wordIn(world, 'SIGNALBOX_TOKEN')
  if (named !== null && given !== null && isThere(named)) return tokenIn(given, 'SIGNALBOX_TOKEN')
  const { tokens } = await readLogins(world)
  return [...tokens].find(([url]) => isThere(url))?.[1] ?? null
}

/** Keeps the token for this server alone, readable by this user alone, and makes the server the current one. */
export async function storeLogin(world: Surroundings, { url, token }: Login): Promise<string> {
  const path = loginsPath(world)
  if (path === null) throw new Fault('login.no_home')
  const { tokens } = await readLogins(world)
  const servers = Object.fromEntries([...tokens, [url, token]].map(([key, value]) => [key, { token: value }]))
  await makeDirectory(dirname(path), 0o700)
  await writeFileAtomic(path, `${JSON.stringify({ current: url, servers }, null, 2)}\n`, { mode: 0o600 })
  return path
}

/** The one spelling under which a server's token is kept. Faults `login.url_invalid`. */
export function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const problem =
    url === null || !['http:', 'https:'].includes(url.protocol)
      ? 'it does not begin with http:// or https://'
      : url.username !== '' || url.password !== ''
        ? 'it holds a user name or password'
        : url.search !== '' || url.hash !== ''
          ? 'it goes on after the path'
          : null
  if (problem !== null || url === null) {
    // What was typed may hold a password.
    throw new Fault('login.url_invalid', { details: { url: text.replace(/\/\/.*@/, '//…@'), problem } })
  }
  return url.href.replace(/\/+$/, '')
}

/** A token from a file; a server's data directory stands for the file in it. */
export async function readTokenFile({ folder }: Pick<World, 'folder'>, path: string): Promise<string> {
  const file = within(folder, path)
  const text =
    (await readUserFile(join(file, adminTokenFile), tokenFileBytes)) ?? (await readUserFile(file, tokenFileBytes))
  if (text === null) throw new Fault('file.missing', { details: { path } })
  return tokenIn(text, path)
}

/** What was read, if it can be a token. */
export function tokenIn(text: string, from: string): string {
  const found = text.trim()
  if (!/^[\w.~+/-]{1,512}=*$/.test(found)) throw new Fault('login.token_invalid', { details: { from } })
  return found
}

const adminTokenFile = 'admin-token'
const runningFile = 'server.json'
const tokenFileBytes = 4096

/** SIGNALBOX_TOKEN beside SIGNALBOX_URL is for that server, and is not shown to another one that is named now. */
async function tokenGiven(
  world: Surroundings,
  { tokenFile, url }: LoginOptions & { readonly url: string },
): Promise<string | null> {
  if (tokenFile !== undefined) return readTokenFile(world, tokenFile)
  const given = wordIn(world, 'SIGNALBOX_TOKEN')
  const meant = wordIn(world, 'SIGNALBOX_URL')
  return given === null || (meant !== null && serverUrl(meant) !== url) ? null : tokenIn(given, 'SIGNALBOX_TOKEN')
}

/** A running server writes down in its data directory where it can be reached. */
async function urlOfData(world: Surroundings, { tokenFile }: LoginOptions): Promise<string | null> {
  if (tokenFile === undefined) return null
  const text = await readUserFile(join(within(world.folder, tokenFile), runningFile), tokenFileBytes)
  return text === null ? null : word(record(JSON.parse(text)).url)
}

interface Logins {
  readonly current: string | null
  readonly tokens: ReadonlyMap<string, string>
}

const loginsBytes = 1024 * 1024

async function readLogins(world: Surroundings): Promise<Logins> {
  const path = loginsPath(world)
  const text = path === null ? null : await readUserFile(path, loginsBytes)
  if (text === null) return { current: null, tokens: new Map() }
  try {
    return loginsIn(JSON.parse(text))
  } catch (error) {
    throw new Fault('login.damaged', { details: { path }, cause: error })
  }
}

function loginsIn(found: unknown): Logins {
  const { current, servers } = record(found)
  const tokens = Object.entries(record(servers)).map(([url, server]) => [url, word(record(server).token)] as const)
  return { current: current === null ? null : word(current), tokens: new Map(tokens) }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') throw new TypeError('a mapping is missing')
  return value as Readonly<Record<string, unknown>>
}

function word(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('a text is missing')
  return value
}

/** https://specifications.freedesktop.org/basedir-spec: a relative XDG_CONFIG_HOME counts as not set. */
function loginsPath(world: Surroundings): string | null {
  const home = wordIn(world, 'HOME')
  const given = wordIn(world, 'XDG_CONFIG_HOME')
  const base = given !== null && isAbsolute(given) ? given : home === null ? null : join(home, '.config')
  return base === null ? null : join(base, 'signalbox', 'config.json')
}

function wordIn({ env }: Pick<World, 'env'>, name: string): string | null {
  const value = env[name]
  return value === undefined || value === '' ? null : value
}
