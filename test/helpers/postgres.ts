import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmod, chown, mkdir, readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)
const versions = '/usr/lib/postgresql'

/** Why tests that need PostgreSQL and Django cannot run here; false when they can. `bin/engines` installs them. */
export async function noPostgresWithDjango(): Promise<string | false> {
  try {
    await programs()
    await run('/usr/bin/python3', ['-c', 'import django, psycopg2'])
    return false
  } catch (error) {
    const problem = `PostgreSQL or Django is not here (bin/engines postgres django psycopg2): ${error instanceof Error ? error.message : error}`
    if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
    return problem
  }
}

export interface Postgres extends AsyncDisposable {
  readonly port: number
  /** Runs SQL as the superuser `postgres`. */
  sql(text: string): Promise<string>
}

/** A cluster of its own on a free port, ended by its id. PostgreSQL refuses to be root, so root becomes `postgres`. */
export async function startPostgres(): Promise<Postgres> {
  const dir = await tempDir()
  const bin = await programs()
  const port = await freePort()
  const data = join(dir.path, 'cluster')
  await mkdir(data)
  await chmod(dir.path, 0o755)
  if (process.getuid?.() === 0) await chown(data, ...(await idsOf('postgres')))
  await runAs([join(bin, 'initdb'), '-D', data, '-A', 'trust', '-U', 'postgres', '-N'])
  const [program = '', ...words] = asPostgres([
    ...[join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', data],
    ...['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'autovacuum=off'],
  ])
  const server = spawn(program, words, { stdio: 'ignore' })
  const sql = async (text: string) => {
    const at = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-At', '-c', text]
    return (await run(join(bin, 'psql'), at)).stdout.trim()
  }
  await waitFor('PostgreSQL to answer', () => answers(port), 30_000)
  await waitFor('PostgreSQL to be ready', () => sql('SELECT 1').catch(() => null), 30_000)
  return {
    ...{ port, sql },
    async [Symbol.asyncDispose]() {
      await end(server)
      await dir[Symbol.asyncDispose]()
    },
  }
}

async function programs(): Promise<string> {
  const [newest] = (await readdir(versions)).sort((a, b) => Number(b) - Number(a))
  if (newest === undefined) throw new Error(`nothing in ${versions}`)
  return join(versions, newest, 'bin')
}

function asPostgres(words: readonly string[]): readonly string[] {
  const become = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--']
  return process.getuid?.() === 0 ? [...become, ...words] : words
}

async function runAs(words: readonly string[]): Promise<void> {
  const [program = '', ...rest] = asPostgres(words)
  await run(program, rest, { cwd: '/' })
}

async function idsOf(user: string): Promise<[number, number]> {
  const id = async (flag: string) => Number((await run('id', [flag, user])).stdout)
  return [await id('-u'), await id('-g')]
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Fast shutdown: SIGINT. */
async function end(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve))
  if (server.exitCode === null && server.kill('SIGINT')) await ended
}
