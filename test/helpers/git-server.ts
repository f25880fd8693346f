import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { httpApp } from '../../src/http/app.ts'
import { gatekeeper } from '../../src/http/auth.ts'
import { httpServer } from '../../src/http/server.ts'
import type { Log } from '../../src/lib/log.ts'
import { gitRepositories } from '../../src/sources/git/repository.ts'
import { type SmartHttpLimits, smartHttp } from '../../src/sources/git/smart-http.ts'
import { gitSource } from '../../src/sources/git/source.ts'
import type { BeforePush, OnPush, Repositories, Source } from '../../src/sources/source.ts'
import { openDatabase } from '../../src/store/database.ts'
import { type Store, storeOver } from '../../src/store/store.ts'
import { systemClock } from '../../src/system/clock.ts'
import { knownTokens, tokens } from './people.ts'
import { gitEnvironment } from './repository.ts'
import { tempDir } from './temp-dir.ts'

export interface TestGitServer extends AsyncDisposable {
  readonly url: string
  readonly reposDir: string
  readonly source: Source
  readonly store: Store
  readonly repositories: Repositories
  readonly logged: { readonly level: string; readonly sentence: string; readonly fields: unknown }[]
  /** `http://anyone:TOKEN@…/git/NAME.git` */
  remote(project: string, token?: string): string
  /** A new working copy with one commit on main. */
  workingCopy(name?: string): Promise<WorkingCopy>
  stop(deadlineMs: number): Promise<void>
}

export interface WorkingCopy {
  readonly path: string
  /** Runs git; rejects with what it printed when it fails. */
  git(...words: string[]): Promise<string>
  /** Runs git and gives everything it printed, and its exit code. */
  tried(...words: string[]): Promise<{ readonly code: number; readonly output: string }>
}

/** A real server with real repositories, on a free port. */
export async function gitServer(
  options: {
    readonly projects?: readonly string[]
    readonly beforePush?: BeforePush
    readonly onPush?: OnPush
    readonly limits?: Partial<SmartHttpLimits>
  } = {},
): Promise<TestGitServer> {
  const { projects = ['shop'], beforePush, onPush = async () => ({ messages: [] }), limits = {} } = options
  const dir = await tempDir()
  const reposDir = join(dir.path, 'repos')
  const store = storeOver(openDatabase(join(dir.path, 'store.db')))
  knownTokens(store)
  const repositories = gitRepositories({ reposDir })
  const source = gitSource({ reposDir })
  for (const project of projects) await repositories.create(project)
  const logged: TestGitServer['logged'] = []
  const log = recordingLog(logged)
  const git = smartHttp({
    reposDir,
    source,
    repositories,
    onPush,
    clock: systemClock,
    log,
    limits,
    ...(beforePush ? { beforePush } : {}),
  })
  const stopping = new AbortController()
  const app = httpApp({
    git,
    log,
    stopping: stopping.signal,
    baseUrl: 'http://signalbox.test',
    site: null,
    gatekeeper: gatekeeper(store, systemClock.now, () => null),
    isProject: (name) => projects.includes(name),
    api: () => {},
  })
  const server = await httpServer({ listen: { host: '127.0.0.1', port: 0 }, clock: systemClock, stopping })
  server.serve(app)
  const remote = (project: string, token: string = tokens.deploy) =>
    `http://anyone:${token}@127.0.0.1:${server.port}/git/${project}.git`
  return {
    url: `http://127.0.0.1:${server.port}`,
    reposDir,
    source,
    store,
    repositories,
    logged,
    remote,
    workingCopy: (name = 'work') => workingCopy(dir.path, name),
    stop: (deadlineMs) => server.stop(deadlineMs),
    async [Symbol.asyncDispose]() {
      await server.stop(100)
      await git[Symbol.asyncDispose]()
      store.db.close()
      await dir[Symbol.asyncDispose]()
    },
  }
}

function recordingLog(into: TestGitServer['logged']): Log {
  const at = (level: string) => (sentence: string, fields?: unknown) => void into.push({ level, sentence, fields })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

async function workingCopy(home: string, name: string): Promise<WorkingCopy> {
  const path = join(home, name)
  await mkdir(path)
  const tried: WorkingCopy['tried'] = (...words) =>
    new Promise((resolve) => {
      const options = { cwd: path, env: gitEnvironment(home), maxBuffer: 64 * 1024 * 1024 }
      execFile('git', words, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, output: `${stdout}${stderr}`.trim() })
      })
    })
  const git = async (...words: string[]) => {
    const { code, output } = await tried(...words)
    if (code !== 0) throw new Error(`git ${words.join(' ')} failed: ${output}`)
    return output
  }
  await git('init', '--quiet', '--initial-branch=main')
  await git('commit', '--quiet', '--allow-empty', '--message=first')
  return { path, git, tried }
}
