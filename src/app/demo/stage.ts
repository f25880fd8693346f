import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { apiClient, type Client } from '../../api/client.ts'
import { Fault } from '../../lib/fault.ts'
import type { Log } from '../../lib/log.ts'
import { silent } from '../../lib/log.ts'
import { systemClock } from '../../system/clock.ts'
import { readText, removeTree } from '../../system/files.ts'
import { ownProgram } from '../../system/own-files.ts'
import { runChild, startChild } from '../../system/process.ts'
import { systemPath } from '../../system/programs.ts'
import { localDriver } from '../../targets/local/driver.ts'
import type { Serving } from '../serve.ts'
import { makeShop, type ShopCommit, type ShopVersion } from './shop.ts'

/** A server of its own in a temporary directory, and the sample shop's repository beside it. */
export interface Stage extends AsyncDisposable {
  readonly serving: Serving
  readonly client: Client
  readonly commits: readonly ShopCommit[]
  /** Pushes the shop as it was at this version, and gives what git told the person. */
  push(version: ShopVersion): Promise<string>
}

export const shopProject = 'shop'

const startMs = 30_000
const lookMs = 25

export async function openStage(signal: AbortSignal): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'signalbox-demo-'))
  const path = `${dirname(process.execPath)}:${systemPath}`
  await using undo = new AsyncDisposableStack()
  undo.defer(() => removeTree(directory))
  const server = await startServer(directory, undo)
  const { url, tokenFile } = server
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const client = apiClient({ url, token, clock: systemClock, signal })
  const shop = join(directory, 'shop')
  const commits = await makeShop({ directory: shop, path, signal })
  await client.call('projects.add', { body: { name: shopProject } })
  const remote = `${url.replace('://', `://demo:${token}@`)}/git/${shopProject}.git`
  const stack = undo.move()
  return {
    ...{ serving: server, client, commits },
    async push(version) {
      const commit = commits.find((each) => each.version === version)
      const argv = ['git', '-C', shop, 'push', '--force', remote, `${commit?.sha}:refs/heads/main`]
      const env = { PATH: path, GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0' }
      let told = ''
      const result = await runChild({
        argv,
        env,
        limitMs: 60_000,
        signal,
        stderr: (bytes) => {
          told += bytes.toString()
        },
      })
      if (result.exitCode !== 0) throw new Fault('process.failed', { details: { program: 'git push', problem: told } })
      return told
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The same program as anybody's server, started as a process of its own. */
async function startServer(directory: string, undo: AsyncDisposableStack): Promise<Serving> {
  const data = join(directory, 'data')
  const log = join(directory, 'server.log')
  const stop = new AbortController()
  const flags = [
    '--data',
    data,
    '--listen',
    '127.0.0.1:0',
    '--edge-listen',
    '127.0.0.1:0',
    '--tool-path',
    dirname(process.execPath),
  ]
  const child = await startChild({
    argv: [process.execPath, ownProgram('main'), 'server', ...flags],
    env: { PATH: systemPath },
    stdout: { appendTo: log },
    stderr: { appendTo: log },
    limitMs: Number.POSITIVE_INFINITY,
    signal: stop.signal,
    keepGroup: true,
  })
  const ended = child.result.then(() => 'ended' as const)
  undo.defer(async () => {
    stop.abort(new Error('the demo is over'))
    await ended
    await shutDownHost(data)
  })
  for (const end = systemClock.monotonic() + startMs; systemClock.monotonic() < end; await systemClock.sleep(lookMs)) {
    const text = await readText(join(data, 'server.json'), 1024 * 1024)
    if (text !== null) return JSON.parse(text) as Serving
    if ((await Promise.race([ended, null])) === 'ended') break
  }
  throw new Fault('demo.no_server', { details: { problem: (await readText(log, 1024 * 1024)) ?? 'no log' } })
}

async function shutDownHost(data: string): Promise<void> {
  const quiet: Log = silent
  const driver = localDriver({
    dir: join(data, 'host'),
    listen: '127.0.0.1:0',
    artifactPath: (digest) => digest,
    clock: systemClock,
    log: quiet,
  })
  const limit = new AbortController()
  const over = systemClock.sleep(20_000, limit.signal).then(() => limit.abort(new Error('the host does not end')))
  void over.catch(() => {}) // it ended in time
  await driver.shutdown(0, limit.signal).finally(() => limit.abort())
}
