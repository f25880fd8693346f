import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { DeploymentView } from '../src/api/views.ts'
import { phasesMs } from '../src/app/demo/summary.ts'
import { freePort } from '../src/system/ports.ts'
import { systemPath } from '../src/system/programs.ts'
import { type Pushable, type ServerUnderTest, startServer } from '../test/helpers/server.ts'
import { tempDir } from '../test/helpers/temp-dir.ts'
import { tinyApp, tinyHost } from '../test/helpers/tiny-app.ts'
import { waitFor } from '../test/helpers/wait-for.ts'

/**
 * From the push being accepted to the new release serving, next to the app's own steps run by hand in the same round:
 * the check, the migration and the start of the first instance until it is healthy. What is left is Signalbox's.
 * Goals (docs/design/performance.md): 400 ms for a push, 200 ms for a rollback.
 */
const rounds = Number(process.argv[2] ?? 7)
const goals = { push: 400, rollback: 200 }

interface Round {
  readonly push: Timing
  readonly rollback: Timing
}

interface Timing {
  /** From accepted to the first visitor answered by the new release. */
  readonly servingMs: number
  /** From accepted to the deployment's end. */
  readonly doneMs: number
  /** The app's own steps up to serving, by hand. */
  readonly ownMs: number
  readonly parts: Readonly<Record<string, number>>
}

await using it = await startServer()
const repo = await it.project('tiny')
const done: Round[] = []
for (let round = 0; round <= rounds; round += 1) {
  const measured = await measure(it, repo, `version-${round}`)
  // The first one has nothing to replace, and warms up.
  if (round > 0) done.push(measured)
}
report(
  'push accepted → new release serving',
  done.map(({ push }) => push),
  goals.push,
)
report(
  'rollback asked for → old release serving',
  done.map(({ rollback }) => rollback),
  goals.rollback,
)

async function measure(server: ServerUnderTest, repository: Pushable, version: string): Promise<Round> {
  const before = await lastServed(server)
  await repository.commit(tinyApp(version))
  const own = await byHand(repository)
  const watching = servedFrom(server, version)
  await repository.push('main')
  const push = await timing(server, { watching, ownMs: own.check + own.migrate + own.boot, since: 'run' })
  if (before === null) return { push, rollback: push }
  const back = servedFrom(server, before)
  await server.client.call('rollback', { params: { project: 'tiny', environment: 'staging' }, body: {} })
  const rollback = await timing(server, { watching: back, ownMs: own.migrate + own.boot, since: 'deployment' })
  const forward = servedFrom(server, version)
  await server.client.call('deploy', {
    params: { project: 'tiny', environment: 'staging' },
    body: { version: await newestRelease(server) },
  })
  await forward
  await ended(server)
  return { push, rollback }
}

interface Watched {
  readonly watching: Promise<number>
  readonly ownMs: number
  readonly since: 'run' | 'deployment'
}

async function timing(server: ServerUnderTest, { watching, ownMs, since }: Watched): Promise<Timing> {
  const servedAt = await watching
  const deployment = await ended(server)
  const [run] = await server.client.call('runs.list', { query: { project: 'tiny', limit: 1 } })
  const from = since === 'run' ? (run?.createdAt ?? 0) : deployment.createdAt
  const jobs = Object.fromEntries(
    (since === 'run' ? (run?.jobs ?? []) : []).map((job) => [job.name, (job.finishedAt ?? 0) - (job.startedAt ?? 0)]),
  )
  return {
    servingMs: servedAt - from,
    doneMs: (deployment.finishedAt ?? 0) - from,
    ownMs,
    parts: { ...jobs, ...phasesMs(deployment) },
  }
}

async function ended(server: ServerUnderTest): Promise<DeploymentView> {
  return await waitFor(
    'the end of the deployment',
    async () => {
      const [newest] = await server.client.call('deployments.list', { query: { project: 'tiny', limit: 1 } })
      return newest?.state === 'finished' ? newest : null
    },
    60_000,
  )
}

async function newestRelease(server: ServerUnderTest): Promise<string> {
  const [release] = await server.client.call('releases.list', { params: { project: 'tiny' }, query: { limit: 1 } })
  return release?.version ?? ''
}

/** When a visitor is first answered with this version: wall clock, as the server's records have it. */
async function servedFrom(server: ServerUnderTest, version: string): Promise<number> {
  const [host = '', port = ''] = server.serving.edge.split(':')
  for (const end = performance.now() + 60_000; performance.now() < end; await delay(2)) {
    if ((await ask(host, Number(port), tinyHost)) === version) return Date.now()
  }
  throw new Error(`${version} was never served`)
}

async function lastServed(server: ServerUnderTest): Promise<string | null> {
  const [host = '', port = ''] = server.serving.edge.split(':')
  const answer = await ask(host, Number(port), tinyHost)
  return answer?.startsWith('version-') ? answer : null
}

/** What the app would cost without us: the same words, in a fresh copy of the commit. */
async function byHand(repository: Pushable): Promise<{ check: number; migrate: number; boot: number }> {
  await using dir = await tempDir()
  await repository.git('worktree', 'add', '--detach', join(dir.path, 'tree'), 'HEAD')
  const cwd = join(dir.path, 'tree')
  await mkdir(join(cwd, 'data'))
  const env = { PATH: `${dirname(process.execPath)}:${systemPath}`, SIGNALBOX_RELEASE: 'by-hand' }
  const check = await timed(() => finished(['sh', '-e', '-c', 'node check.js'], cwd, env))
  const migrate = await timed(() => finished(['sh', '-c', 'exec node migrate.js'], cwd, env))
  const boot = await timed(() => healthy(cwd, env))
  await repository.git('worktree', 'remove', '--force', cwd)
  return { check, migrate, boot }
}

async function finished(
  [program = '', ...words]: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<void> {
  const [code] = await once(spawn(program, words, { cwd, env, stdio: 'ignore' }), 'exit')
  if (code !== 0) throw new Error(`${words.join(' ')}: exit ${code}`)
}

async function healthy(cwd: string, env: Record<string, string>): Promise<void> {
  const port = await freePort()
  const child = spawn('sh', ['-c', 'exec node web.js'], { cwd, env: { ...env, PORT: String(port) }, stdio: 'ignore' })
  const exited = once(child, 'exit')
  while ((await ask('127.0.0.1', port, tinyHost)) === null) await delay(2)
  child.kill('SIGKILL')
  await exited
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

function ask(host: string, port: number, hostHeader: string): Promise<string | null> {
  return new Promise((resolve) => {
    const asking = request({ host, port, path: '/', headers: { host: hostHeader, connection: 'close' } }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve(body))
    })
    asking.on('error', () => resolve(null))
    asking.end()
  })
}

function report(title: string, timings: readonly Timing[], goalMs: number): void {
  const ours = timings.map(({ servingMs, ownMs }) => servingMs - ownMs)
  const names = [...new Set(timings.flatMap(({ parts }) => Object.keys(parts)))]
  console.log(`\n${title}, ${timings.length} rounds: median (min–max) in ms`)
  line(
    'serving',
    timings.map(({ servingMs }) => servingMs),
  )
  line(
    "the app's own steps, by hand",
    timings.map(({ ownMs }) => ownMs),
  )
  line('difference', ours)
  line(
    'until the deployment had ended',
    timings.map(({ doneMs }) => doneMs),
  )
  for (const name of names)
    line(
      `  ${name}`,
      timings.map(({ parts }) => parts[name] ?? 0),
    )
  const ratio = median(timings.map(({ servingMs, ownMs }) => servingMs / ownMs))
  console.log(
    `  ratio ${ratio.toFixed(2)}; goal: difference ≤ ${goalMs} ms: ${median(ours) <= goalMs ? 'met' : 'not met'}`,
  )
}

function line(name: string, values: readonly number[]): void {
  const round = (value: number) => String(Math.round(value))
  console.log(
    `  ${name.padEnd(34)} ${round(median(values)).padStart(6)}  (${round(Math.min(...values))}–${round(Math.max(...values))})`,
  )
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2
}
