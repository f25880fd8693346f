import { brief } from '../lib/time-text.ts'
import { type BackupsSeen, isOverdue } from './server-backup.ts'

/** What is looked at of a server and its machine, one thing a line: is it well, and what is there to do? Pure. */
export interface CheckupLine {
  readonly what: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** Null where nothing is. */
  readonly todo: string | null
}

const ok = (what: string, found: string): CheckupLine => ({ what, state: 'ok', found, todo: null })
const warn = (what: string, found: string, todo: string): CheckupLine => ({ what, state: 'warn', found, todo })
const fail = (what: string, found: string, todo: string): CheckupLine => ({ what, state: 'fail', found, todo })

/** What could be found out, or why it could not. */
export type Tried<T> = { readonly value: T } | { readonly problem: string }

const mib = 1024 * 1024
/** With less a server begins nothing. */
const leastBytes = 4 * mib
const fewBytes = 512 * mib

export function spaceLine(path: string, free: Tried<number>): CheckupLine {
  const what = 'data directory'
  if ('problem' in free) return fail(what, `${path}: ${free.problem}`, 'Give it to the user that the server runs as.')
  const found = `${path}: ${Math.floor(free.value / mib)} MiB free`
  if (free.value < leastBytes) return fail(what, found, 'Make space: nothing is begun until there is some.')
  if (free.value < fewBytes) return warn(what, found, 'Make space before it runs out.')
  return ok(what, found)
}

export function databaseLine(checked: Tried<string>): CheckupLine {
  const what = 'database'
  const found = 'problem' in checked ? checked.problem : checked.value
  return found === 'ok' ? ok(what, found) : fail(what, found, 'Look whether the disk is well, then restore a backup.')
}

export function journalLine(
  verified: Tried<{ readonly facts: number; readonly brokenAt: number | null }>,
): CheckupLine {
  const what = 'journal'
  if ('problem' in verified) return fail(what, verified.problem, 'Mend the database first.')
  const { facts, brokenAt } = verified.value
  if (brokenAt === null) return ok(what, `the chain of ${facts} facts holds`)
  const todo = 'Somebody or something changed the record: compare with a backup and with an `audit export`.'
  return fail(what, `the chain is broken at fact ${brokenAt} of ${facts}`, todo)
}

export function gitLine(version: Tried<string>): CheckupLine {
  if ('problem' in version) return fail('git', version.problem, 'Install git 2.36 or newer, where the server finds it.')
  return ok('git', version.value)
}

export function nodeLine(version: string): CheckupLine {
  const major = Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
  if (major < 26) return fail('node', version, 'Run it with Node 26 or newer.')
  return ok('node', version)
}

export interface FoundMode {
  readonly path: string
  /** Null: there is no such file. */
  readonly mode: number | null
}

/** Whoever reads one of these may do anything. A group may be meant to, others never are. */
export function modesLine(files: readonly FoundMode[]): CheckupLine {
  const what = 'keys and tokens'
  const readable = files.filter(({ mode }) => mode !== null && (mode & 0o077) !== 0)
  if (readable.length === 0) return ok(what, 'readable by their owner alone')
  const found = readable.map(({ path, mode }) => `${path} has mode ${((mode ?? 0) & 0o777).toString(8)}`).join('; ')
  const todo = `chmod go= ${readable.map(({ path }) => path).join(' ')}`
  return readable.some(({ mode }) => ((mode ?? 0) & 0o007) !== 0) ? fail(what, found, todo) : warn(what, found, todo)
}

/** The host of this machine, and the edge, which it keeps. */
export function edgeLine(address: Tried<string>): CheckupLine {
  if ('problem' in address)
    return fail(
      'host and edge',
      address.problem,
      'Look at the log of the host, in the folder `host` of the data directory.',
    )
  return ok('host and edge', `visitors come in at ${address.value}`)
}

/** How people reach the server, tried from its own machine. */
export function addressLine(url: string, answered: Tried<boolean>): CheckupLine {
  const what = 'public address'
  const todo = 'Links and git remotes lead there: set `--public-url` to where people reach the server.'
  if ('problem' in answered) return warn(what, `${url} cannot be reached from the server: ${answered.problem}`, todo)
  if (!answered.value) return fail(what, `something else than this server answers at ${url}`, todo)
  return ok(what, `${url} leads here`)
}

export interface TargetTried {
  readonly driver: string
  /** The environments whose target it is: `shop/staging`. */
  readonly places: readonly string[]
  /** Asked for one of them. */
  readonly observed: Tried<true>
}

export function targetLine({ driver, places, observed }: TargetTried): CheckupLine {
  const [what, where] = [`target ${driver}`, places.join(', ')]
  if ('value' in observed) return ok(what, `answers for ${where}`)
  return fail(what, `${where}: ${observed.problem}`, 'Nothing can be deployed there, nor is what runs there kept up.')
}

/** What is due and nobody does: a server that keeps up has nothing that is due for long. */
export function outboxLine(length: number, lateMs: number | null): CheckupLine {
  const what = 'outbox'
  const found = `${length} to do${lateMs === null ? '' : `, the oldest due for ${Math.round(lateMs / 1000)} s`}`
  if (lateMs !== null && lateMs > 15 * 60_000)
    return warn(what, found, 'Look at `signalbox status` and the log of the server for what it waits for.')
  return ok(what, found)
}

const mostSkewMs = 5_000

export function backupLine(tried: Tried<BackupsSeen>, now: number): CheckupLine {
  const what = 'backups'
  const look = 'Look at the space and the folder, then take one with `signalbox backup`.'
  if ('problem' in tried) return fail(what, tried.problem, look)
  const { folder, everyMs, backups, unreadable, failed } = tried.value
  if (folder === null) return warn(what, 'none is taken', 'Start the server with `--backups DIR`, on another disk.')
  const [newest] = backups
  const found = newest === undefined ? 'there is none yet' : `the newest is from ${brief(now - newest.takenAt)} ago`
  if (failed !== null) return fail(what, `${found}; the last try failed: ${failed.problem}`, look)
  const damaged = newest?.checked?.problem ?? unreadable[0]?.problem
  if (damaged !== undefined)
    return fail(what, `${found}; one is damaged: ${damaged}`, 'Take another: `signalbox backup`.')
  if (newest === undefined || isOverdue({ now, everyMs, newestAt: newest.takenAt })) return warn(what, found, look)
  return ok(what, `${found}, and ${backups.length === 1 ? 'it is the only one' : `there are ${backups.length}`}`)
}

/** Between this machine and the server: what is said to be long ago, or to run out soon, is told by two clocks. */
export function clockLine(skewMs: number): CheckupLine {
  const seconds = (Math.abs(skewMs) / 1000).toFixed(1)
  const found = `this machine's is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} the server's`
  if (Math.abs(skewMs) <= mostSkewMs) return ok('clocks', found)
  return warn('clocks', found, 'Have both set theirs by NTP.')
}

export function serverLine(url: string, version: Tried<string>): CheckupLine {
  if ('problem' in version)
    return fail('server', `${url}: ${version.problem}`, 'Start it, or name the right one with --server.')
  return ok('server', `${url} runs ${version.value}`)
}

export interface Listening {
  readonly address: string
  readonly isTaken: boolean
}

/** Only an admin is told more. */
export function tokenLine(problem: string): CheckupLine {
  return fail('token', problem, 'Look with the token of an admin, or on the server\u2019s machine with `--data`.')
}

/** Of a data directory: whether a server is at work in it, and can be when none is. */
export function holderLine(pid: Tried<string | null>, listen: Listening): CheckupLine {
  if ('problem' in pid) return warn('server', pid.problem, 'Look as the user that the server runs as.')
  if (pid.value !== null) return ok('server', `runs as process ${pid.value}`)
  const found = `none runs here; ${listen.address} is ${listen.isTaken ? 'taken by something else' : 'free'}`
  if (listen.isTaken)
    return fail('server', found, 'End what listens there, or start the server with another `--listen`.')
  return warn('server', found, 'Start it with `signalbox server`.')
}

export function isWell(lines: readonly CheckupLine[]): boolean {
  return lines.every(({ state }) => state !== 'fail')
}
