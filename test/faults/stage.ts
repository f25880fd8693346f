import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentView, TrackView } from '../../src/api/views.ts'
import { markNames } from '../../src/host/marks.ts'
import { systemClock } from '../../src/system/clock.ts'
import { environOf, inspect, processTable } from '../../src/system/proc.ts'
import { askHost } from '../../src/targets/local/host-client.ts'
import { type Load, startLoad } from '../helpers/load.ts'
import type { FileContent } from '../helpers/repository.ts'
import { type Pushable, type ServerOptions, type ServerUnderTest, startServer } from '../helpers/server.ts'
import { type TinyOptions, tinyApp, tinyHost } from '../helpers/tiny-app.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** A real server with the tiny app live in staging, and what a test of faults needs to see and to break. */
export interface Stage extends AsyncDisposable {
  readonly it: ServerUnderTest
  readonly repo: Pushable
  /** Commits the next version of the app, with more files or others, and pushes it. */
  push(files?: Readonly<Record<string, FileContent>>): Promise<Pushed>
  visitors(wish?: Wish): Load
  status(): Promise<TrackView>
  /** Main processes of instances, by the instance's name: as the machine's process table has them. */
  instances(): Promise<ReadonlyMap<string, readonly number[]>>
  hostPid(): Promise<number>
  edgePids(): Promise<readonly number[]>
}

export interface Wish {
  readonly ratePerS?: number
  /** `/slow`, or `POST /slow`: each is asked for over kept and over fresh connections. */
  readonly asks?: readonly string[]
}

export interface Pushed {
  readonly commit: string
  readonly version: string
  /** What git printed. */
  readonly said: string
}

const never = new AbortController().signal

export async function stage(options: ServerOptions & { readonly app?: TinyOptions } = {}): Promise<Stage> {
  const it = await startServer(options)
  try {
    const repo = await it.project('tiny')
    const made = stageOf(it, repo, options.app ?? {})
    await untilLive(it, (await made.push()).commit)
    return made
  } catch (error) {
    await it[Symbol.asyncDispose]()
    throw error
  }
}

function stageOf(it: ServerUnderTest, repo: Pushable, app: TinyOptions): Stage {
  const hostDir = join(it.data, 'host')
  let version = 0
  const marked = async (name: string) => {
    const id = JSON.parse(await readFile(join(hostDir, 'identity.json'), 'utf8')).hostId as string
    const table = await Promise.all(
      (await processTable()).map(async (info) => ({ info, env: await environOf(info.pid) })),
    )
    return table
      .filter(({ info, env }) => info.session === info.pid && (env.get(name) ?? '').startsWith(id))
      .map(({ info, env }) => ({ pid: info.pid, env }))
  }
  return {
    it,
    repo,
    async push(files = {}) {
      version += 1
      const commit = await repo.commit({ ...tinyApp(String(version), app), ...files }, `v${version}`)
      return { commit, version: String(version), said: await repo.push('main') }
    },
    visitors: (wish = {}) => startLoad(planFor(it.serving.edge, wish), systemClock),
    status: async () => {
      const [only] = await it.client.call('status', { params: { project: 'tiny' } })
      assert.ok(only !== undefined)
      return only
    },
    async instances() {
      const found = await marked(markNames.host)
      const named = found.filter(({ env }) => env.has(markNames.instance))
      const groups = Map.groupBy(named, ({ env }) => env.get(markNames.instance) ?? '')
      return new Map([...groups].map(([name, each]) => [name, each.map(({ pid }) => pid)]))
    },
    hostPid: async () => (await askHost({ dir: hostDir, verb: 'hello', ask: null }, never)).pid,
    edgePids: async () => (await marked(markNames.edge)).map(({ pid }) => pid),
    [Symbol.asyncDispose]: () => it[Symbol.asyncDispose](),
  }
}

function planFor(edge: string, { ratePerS = 40, asks = ['/'] }: Wish) {
  const [host = '', port = ''] = edge.split(':')
  const mix = asks.flatMap((ask) => {
    const isPost = ask.startsWith('POST ')
    const request = { method: isPost ? 'POST' : 'GET', path: ask.split(' ').at(-1) ?? '/', headers: {} } as const
    const shape = { ...request, body: isPost ? 'x=1' : null, weight: 1, leaveAfterMs: null, latencyCounts: true }
    return [
      { ...shape, name: `kept ${ask}`, keepAlive: true },
      { ...shape, name: `fresh ${ask}`, keepAlive: false },
    ]
  })
  const at = { host, port: Number(port), hostHeader: tinyHost }
  return { ...at, ratePerS, mix, durationMs: 900_000, timeoutMs: 15_000 }
}

export async function newest(it: ServerUnderTest, commit: string): Promise<DeploymentView | null> {
  const list = await it.client.call('deployments.list', { query: { project: 'tiny', limit: 5 } })
  return list.find(({ release }) => release.commit === commit) ?? null
}

async function untilFinished(it: ServerUnderTest, commit: string, limitMs = 60_000): Promise<DeploymentView> {
  const finished = async () => {
    const found = await newest(it, commit)
    return found?.state === 'finished' ? found : null
  }
  return await waitFor(`the deployment of ${commit} to be finished`, finished, limitMs)
}

export async function untilLive(it: ServerUnderTest, commit: string, limitMs = 60_000): Promise<DeploymentView> {
  const finished = await untilFinished(it, commit, limitMs)
  assert.equal(finished.outcome, 'succeeded', JSON.stringify(finished))
  return finished
}

/** Waits until the deployment is at this step. */
export async function untilAt(it: ServerUnderTest, commit: string, step: string): Promise<DeploymentView> {
  const look = async () => {
    const found = await newest(it, commit)
    assert.notEqual(found?.state, 'finished', `the deployment ended before it was at "${step}": ${found?.because}`)
    return found?.step?.doing.split(' ')[0] === step && found
  }
  return await waitFor(`the deployment to be at "${step}"`, look, 30_000)
}

/** Ends it with SIGKILL and waits until it is gone. */
export async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await waitFor(`${pid} to be gone`, async () => (await inspect(pid))?.isZombie ?? true)
}

/** All of `assertOnce`, and the wanted instances once each. */
export async function assertWhole(on: Stage, pushed: Pushed): Promise<void> {
  await assertOnce(on.it, pushed)
  await assertInstances(on)
}

/** One run, one deployment, one migration, one worker at a time, and an unbroken journal. */
export async function assertOnce(it: ServerUnderTest, { commit, version }: Omit<Pushed, 'said'>): Promise<void> {
  const runs = await it.client.call('runs.list', { query: { project: 'tiny', limit: 10 } })
  assert.equal(runs.filter((run) => run.commit === commit).length, 1, 'one run for the push')
  const deployments = await it.client.call('deployments.list', { query: { project: 'tiny', limit: 10 } })
  assert.equal(deployments.filter(({ release }) => release.commit === commit).length, 1, 'one deployment')
  const shared = sharedFolder(it)
  const migrations = (await readFile(join(shared, 'migrations'), 'utf8')).split('\n')
  assert.equal(migrations.filter((line) => line.startsWith(`${version} `)).length, 1, 'the migration ran once')
  assertOneWorkerAtATime(await readFile(join(shared, 'worker'), 'utf8'))
  assert.equal((await it.client.call('facts.verify')).holds, true, 'the journal verifies')
}

async function assertInstances(on: Stage): Promise<void> {
  const status = await on.status()
  const wanted = [...(status.desired?.instances ?? [])].sort()
  const there = await on.instances()
  assert.deepEqual([...there.keys()].sort(), wanted, 'what runs is what should')
  for (const [name, pids] of there) assert.equal(pids.length, 1, `${name} runs once: ${pids}`)
  assert.deepEqual(status.running?.instances.map(({ name }) => name).sort(), wanted, 'and status says so')
  assert.deepEqual(
    [...status.serving].sort(),
    wanted.filter((name) => name.includes('-web-')),
  )
}

function assertOneWorkerAtATime(notes: string): void {
  let running = 0
  for (const line of notes.split('\n').filter((each) => each !== '')) {
    running += line.startsWith('start') ? 1 : -1
    assert.ok(running <= 1, `two workers at once: ${line}`)
  }
}

function sharedFolder(it: ServerUnderTest): string {
  const [found] = globSync(join(it.data, 'host', '**', 'data', 'migrations'))
  assert.ok(found !== undefined, 'the shared folder is below the host directory')
  return join(found, '..')
}
