import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import type { RunView } from '../../src/api/views.ts'
import { Fault } from '../../src/lib/fault.ts'
import { cli } from '../helpers/cli.ts'
import { type Ballast, noTmpfs, type Tmpfs, tmpfs, tmpfsAt } from '../helpers/tmpfs.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { assertWhole, kill, newest, type Pushed, type Stage, stage, untilAt, untilLive } from './stage.ts'

const skip = await noTmpfs()
const app = { slowMs: 100 }
/** From the moment there is space again until things move: what waits looks again every second or two. */
const recoveryMs = 5000

test('the store on a full disk: what is asked is refused, what serves goes on, and all else when there is space', {
  skip,
}, async (t) => {
  await using disk = await tmpfs('16m')
  const data = join(disk.path, 'data')
  // Everything but the store lies elsewhere.
  await using others = new AsyncDisposableStack()
  for (const name of ['artifacts', 'host', 'logs', 'repositories', 'work'])
    others.use(await tmpfsAt(join(data, name), '64m'))
  await using on = await stage({ data, app })
  await using load = on.visitors()
  const pushed = await on.push()
  await untilAt(on.it, pushed.commit, 'place')
  await using ballast = await disk.fill()
  await untilRefused(on, disk)
  const refused = await pushRefused(on, /stored, but not yet recorded: The disk is full: .*signalbox\.db/)
  await saysFull(on, 'store')
  await freed(t, on, pushed, ballast)
  assert.deepEqual(await on.it.client.call('health'), { status: 'ok', full: [] })
  await on.repo.push('main') // Git has it already, and Signalbox finds it without being told.
  await untilLive(on.it, refused.commit)
  await assertSound(on, refused)
  assert.deepEqual((await load.finish()).failed, [])
})

test('an archive that does not fit: the run is errored and says why, what serves goes on, and it fits when there is space', {
  skip,
}, async (t) => {
  await using on = await stage({ app })
  await using load = on.visitors()
  const artifacts = join(on.it.data, 'artifacts')
  await using disk = await tmpfsAt(artifacts, '16m')
  await using ballast = await disk.fill()
  const pushed = await on.push({ large: randomBytes(1024 * 1024) })
  const run = await untilRunEnded(on, pushed)
  assert.equal(run.outcome, 'errored', JSON.stringify(run))
  const build = run.jobs.find(({ kind }) => kind === 'build')
  assert.equal(build?.outcome, 'errored')
  assert.match(build?.reason ?? '', /The disk is full: .*\/artifacts\/.* could not be written/)
  t.diagnostic(`the build is errored: ${build?.reason}`)
  assert.deepEqual(await readdir(join(artifacts, 'unfinished')), [], 'nothing half-written is left')
  await ballast.free()
  await on.it.client.call('runs.rerun', { params: { run: run.id } })
  await untilLive(on.it, pushed.commit)
  await assertSound(on, pushed)
  assert.deepEqual((await load.finish()).failed, [])
})

test('a job that prints more than there is space: it goes on, and its log says how much is missing', {
  skip,
}, async (t) => {
  await using on = await stage({ app })
  await using disk = await tmpfsAt(join(on.it.data, 'logs'), '1m')
  const line = `${'x'.repeat(99)}\n`
  const chatty = `for (let n = 0; n < 40000; n += 1) process.stdout.write(${JSON.stringify(line)})\n`
  const pushed = await on.push({ 'check.js': chatty })
  const run = await untilRunEnded(on, pushed)
  assert.equal(run.outcome, 'succeeded', JSON.stringify(run))
  const log = await checkLog(on, run)
  const gap = log.find((text) => /^\d+ bytes of the log are missing here/.test(text))
  assert.ok(gap !== undefined, `${log.length} lines, the last is ${log.at(-1)}`)
  t.diagnostic(`its log says: ${gap}`)
  await untilLive(on.it, pushed.commit)
  await using ballast = await disk.fill()
  const silent = await on.push()
  assert.equal((await untilRunEnded(on, silent)).outcome, 'succeeded')
  await untilLive(on.it, silent.commit)
  await ballast.free()
  await rm(join(disk.path, 'jobs'), { recursive: true })
  const last = await on.push({ 'check.js': "console.log('heard')\n" })
  assert.ok((await checkLog(on, await untilRunEnded(on, last))).includes('heard'))
  await untilLive(on.it, last.commit)
  await assertSound(on, last)
})

test('the whole data directory on a full disk: hosts and servers may die of it, and the deployment goes on', {
  skip,
}, async (t) => {
  await using disk = await tmpfs('64m')
  const data = join(disk.path, 'data')
  // The app's own, which it needs to start and to end.
  await using _ = await tmpfsAt(join(data, 'host', 'shared'), '1m')
  await using on = await stage({ data, app })
  await using load = on.visitors()
  for (const step of ['migrate', 'route', 'remove']) {
    const pushed = await on.push()
    await untilAt(on.it, pushed.commit, step)
    await using ballast = await disk.fill()
    await untilRefused(on, disk)
    if (step === 'migrate') await pushRefused(on, /No space left on device/)
    else await kill(await on.hostPid())
    if (step === 'remove') await serverDies(on, disk)
    else await freed(t, on, pushed, ballast)
    await untilLive(on.it, pushed.commit)
    await assertSound(on, pushed)
  }
  assert.deepEqual((await load.finish()).failed, [])
})

/** The next one cannot start, says why, leaves everything as it is, and starts when there is space. */
async function serverDies({ it }: Stage, disk: Tmpfs): Promise<void> {
  await it.kill('SIGKILL')
  await using ballast = await disk.fill()
  for (let tries = 0; tries < 4; tries += 1) {
    await assert.rejects(it.start(), ({ message }: Error) => {
      assert.match(message, /^the server ended with 28 before it was up/)
      assert.match(message, /The server cannot start, because the disk is full: \S+\/data\S* could not be written\./)
      assert.match(message, /Free 4 MiB or more on that file system, and start it again;/)
      return true
    })
  }
  await ballast.free()
  await it.start()
}

async function saysFull({ it }: Stage, place: string): Promise<void> {
  assert.deepEqual(await it.client.call('health'), { status: 'full', full: [place] })
  const words = ['status', '--project', 'tiny', '--server', it.serving.url, '--token-file', it.data]
  const { code, stdout, stderr } = await cli(words, { cwd: it.data })
  assert.equal(code, 0, stderr)
  assert.match(stdout, /serving +\S+ by d1-web-1, d1-web-2/)
  assert.match(stderr, new RegExp(`The server's disk is full: no space for ${place}\\.`))
}

async function untilRunEnded(on: Stage, { commit }: Pushed): Promise<RunView> {
  return await waitFor(
    'the run to end',
    async () => {
      const runs = await on.it.client.call('runs.list', { query: { project: 'tiny', limit: 5 } })
      return runs.find((run) => run.commit === commit && run.state === 'finished')
    },
    30_000,
  )
}

/** Everything the check printed, and what was said about it. */
async function checkLog(on: Stage, { id }: RunView): Promise<readonly string[]> {
  const all: string[] = []
  for (let offset = 0; ; ) {
    const { lines, next } = await on.it.client.call('jobs.log', {
      params: { run: id, job: 'check' },
      query: { offset },
    })
    if (lines.length === 0) return all
    all.push(...lines.map(({ text }) => text))
    offset = next
  }
}

/** Gives the space back, and sees that the deployment moves on at once and ends well. */
async function freed(t: TestContext, on: Stage, { commit }: Pushed, ballast: Ballast): Promise<void> {
  const before = await newest(on.it, commit)
  assert.equal(before?.state, 'rolling')
  await ballast.free()
  const began = performance.now()
  const moved = async () => (await newest(on.it, commit))?.phases.length !== before.phases.length
  await waitFor('the deployment to move on', moved, recoveryMs)
  const movedMs = Math.round(performance.now() - began)
  const { verdict } = await untilLive(on.it, commit)
  t.diagnostic(`full at ${before.step?.doing}: went on ${movedMs} ms after there was space; ${verdict?.sentence}`)
}

/**
 * Until the store has no room for a small change: by then all that is to be recorded waits. What the write-ahead log has taken
 * of the disk is used up first by larger ones.
 */
async function untilRefused(on: Stage, disk: Tmpfs): Promise<void> {
  for (const count of [20, 1]) {
    await waitFor('a change to be refused', async () => {
      await disk.fill()
      const changes = Array.from({ length: count }, (_, index) => ({
        name: `FILLER_${index}`,
        value: 'x'.repeat(2000),
      }))
      const error = await on.it.client
        .call('variables.set', { params: { project: 'tiny', environment: 'staging' }, body: { changes } })
        .catch((error: unknown) => error)
      if (!(error instanceof Fault)) return false
      assert.equal(error.code, 'disk.full')
      assert.match(error.message, /The disk is full: .*\/data\/signalbox\.db could not be written/)
      return true
    })
  }
}

async function pushRefused(on: Stage, why: RegExp): Promise<Pushed> {
  await assert.rejects(on.push(), why)
  const commit = await on.repo.git('rev-parse', 'HEAD')
  return { commit, version: (await on.repo.git('show', '--no-patch', '--format=%s', 'HEAD')).slice(1), said: '' }
}

async function assertSound(on: Stage, pushed: Pushed): Promise<void> {
  await assertWhole(on, pushed)
  const db = new DatabaseSync(join(on.it.data, 'signalbox.db'), { readOnly: true })
  try {
    assert.deepEqual({ ...db.prepare('PRAGMA quick_check').get() }, { quick_check: 'ok' })
  } finally {
    db.close()
  }
}
