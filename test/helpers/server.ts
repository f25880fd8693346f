import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { apiClient, type Client } from '../../src/api/client.ts'
import type { Serving } from '../../src/app/serve.ts'
import { silent } from '../../src/lib/log.ts'
import { systemClock } from '../../src/system/clock.ts'
import { localDriver } from '../../src/targets/local/driver.ts'
import { compiled, program } from './program.ts'
import { repository, type TestRepository } from './repository.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

const never = new AbortController().signal
const run = promisify(execFile)

/** A data directory and the real server processes that hold it, one after the other; host and instances go on between them. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly data: string
  /** What the running server said of itself. */
  readonly serving: Serving
  readonly client: Client
  readonly pid: number
  /** Starts a server on the directory; `wrap` are words to put before the program, `strace …` say. */
  start(wrap?: readonly string[]): Promise<void>
  /** Resolves when the process has ended, however; tells its exit code or signal. */
  ended(): Promise<number | string>
  kill(signal: NodeJS.Signals): Promise<number | string>
  /** A new git repository whose `push` goes to this server; the project is added, unless it is there. */
  project(name: string, isThere?: boolean): Promise<Pushable>
  /** What the server has logged so far. */
  log(): Promise<string>
}

export interface Pushable extends TestRepository {
  /** Pushes a ref; gives what git printed, and fails as git does. */
  push(...words: string[]): Promise<string>
}

export interface ServerOptions {
  readonly data?: string
  readonly flags?: readonly string[]
}

export async function startServer(options: ServerOptions = {}): Promise<ServerUnderTest> {
  const dir = await tempDir()
  const it = new RunningServer(options.data ?? join(dir.path, 'data'), dir, options.flags ?? [])
  try {
    await it.start()
  } catch (error) {
    await it[Symbol.asyncDispose]()
    throw error
  }
  return it
}

class RunningServer implements ServerUnderTest {
  readonly data: string
  readonly #dir: AsyncDisposable & { readonly path: string }
  readonly #flags: readonly string[]
  readonly #repositories: AsyncDisposable[] = []
  #child: ChildProcess | null = null
  #ended: Promise<number | string> = Promise.resolve('never started')
  #serving: Serving | null = null
  #token = ''
  #running = false

  constructor(data: string, dir: AsyncDisposable & { readonly path: string }, flags: readonly string[]) {
    this.data = data
    this.#dir = dir
    this.#flags = flags
  }

  get serving(): Serving {
    if (this.#serving === null) throw new Error('the server is not up')
    return this.#serving
  }

  get pid(): number {
    return this.serving.pid
  }

  get client(): Client {
    return apiClient({ url: this.serving.url, token: this.#token, clock: systemClock, signal: never })
  }

  async start(wrap: readonly string[] = []): Promise<void> {
    const edge = this.#serving?.edge ?? '127.0.0.1:0'
    const running = join(this.data, 'server.json')
    await rm(running, { force: true })
    const tools = dirname(process.execPath)
    const words = [
      ...wrap,
      process.execPath,
      program,
      'server',
      '--data',
      this.data,
      '--listen',
      '127.0.0.1:0',
      '--edge-listen',
      edge,
      '--tool-path',
      tools,
      ...this.#flags,
    ]
    const log = openSync(join(this.#dir.path, 'server.log'), 'a')
    const child = spawn(words[0] as string, words.slice(1), {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, HOME: this.#dir.path, NODE_COMPILE_CACHE: compiled },
    })
    this.#child = child
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false
        resolve(signal ?? code ?? 'unknown')
      })
      child.once('error', (error) => resolve(error.message))
    })
    const over = this.#ended.then((how) => ({ how }))
    const up = waitFor('the server to be up', () => readJson<Serving>(running), 30_000)
    const first = await Promise.race([up, over])
    if ('how' in first) throw new Error(`the server ended with ${first.how} before it was up:\n${await this.log()}`)
    this.#serving = first
    this.#running = true
    this.#token = (await readFile(first.tokenFile, 'utf8')).trim()
  }

  ended(): Promise<number | string> {
    return this.#ended
  }

  async kill(signal: NodeJS.Signals): Promise<number | string> {
    // The server itself, not what may be wrapped around it.
    if (this.#running && this.#serving !== null) process.kill(this.#serving.pid, signal)
    else this.#child?.kill(signal)
    return await this.#ended
  }

  async project(name: string, isThere = false): Promise<Pushable> {
    const made = await repository()
    this.#repositories.push(made)
    if (!isThere) await this.client.call('projects.add', { body: { name } })
    return {
      ...made,
      push: async (...words) => {
        const { url } = this.serving
        const remote = `${url.replace('://', `://test:${this.#token}@`)}/git/${name}.git`
        const { stdout, stderr } = await run('git', ['push', remote, ...words], {
          cwd: made.path,
          env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
        })
        return stdout + stderr
      },
    }
  }

  async log(): Promise<string> {
    return await readFile(join(this.#dir.path, 'server.log'), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM')
    if (this.#serving !== null) await this.#shutDownHost(this.#serving.edge)
    for (const each of this.#repositories) await each[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }

  async #shutDownHost(listen: string): Promise<void> {
    const driver = localDriver({
      dir: join(this.data, 'host'),
      listen,
      artifactPath: (digest) => digest,
      clock: systemClock,
      log: silent,
    })
    await driver.shutdown(0, AbortSignal.timeout(20_000))
  }
}

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch {
    return null // not there yet: the server is still starting
  }
}
