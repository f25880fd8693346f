import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type TestContext } from 'node:test'
import { systemClock } from '../../src/system/clock.ts'
import { type Load, startLoad } from '../helpers/load.ts'
import { type Pushable, type ServerUnderTest, startServer } from '../helpers/server.ts'
import { type Commit, commitsIn, type KillPoint, killAt, noStrace, noteWrites } from '../helpers/strace.ts'
import { tinyApp, tinyHost } from '../helpers/tiny-app.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { assertOnce } from './stage.ts'

/**
 * The store's commits are the persisted steps. At each of them, from the push to the end of the deployment, the real
 * server is killed: in turns just before its first write (the effect has happened, the record has not) and at its sync
 * (the record is made, nobody has heard of it); with SIGNALBOX_EVERY_KILL=1 in both ways at each. Then it is started
 * again, and everything must end as if nothing had been. The two kinds are struck on servers of their own, side by side.
 */
test('kill -9 of the server at every persisted step of a deployment: it ends right and no visitor notices', {
  skip: await noStrace(),
  concurrency: 2,
}, async (t) => {
  const kinds = { 'before its first write': beforeWrite, 'at its sync': atSync }
  await Promise.all(
    Object.entries(kinds).map(([name, pointOf], turn) =>
      t.test(name, (kind) => killedAtEveryStep(kind, pointOf, (step) => isThorough || step % 2 === turn)),
    ),
  )
})

const isThorough = process.env.SIGNALBOX_EVERY_KILL === '1'

async function killedAtEveryStep(
  t: TestContext,
  pointOf: (commit: Commit) => KillPoint,
  isMine: (step: number) => boolean,
): Promise<void> {
  await using it = await startServer()
  const repo = await it.project('tiny')
  let version = 1
  await repo.commit(tinyApp(String(version)))
  await repo.push('main')
  await untilLive(it, repo)
  await using load = startVisitors(it)
  const commits = await referenceCommits(it, repo, String(++version))
  const table: string[] = []
  const points = commits.filter((_, step) => isMine(step)).map(pointOf)
  for (const point of points) {
    await it.kill('SIGTERM')
    await repo.commit(tinyApp(String(++version)))
    table.push(await killedAt(it, repo, point))
    t.diagnostic(table.at(-1) ?? '')
    await assertWhole(it, repo, version)
  }
  const report = await load.finish()
  t.diagnostic(`${table.length} kills; visitors: ${report.failed.length} lost of ${report.sent}`)
  assert.deepEqual(report.failed, [])
  assert.ok(commits.length >= 20, `only ${commits.length} commits were seen`)
  const struck = table.filter((row) => !row.includes('not reached')).length
  assert.ok(struck >= points.length * 0.8, `only ${struck} of ${points.length} kills struck`)
}

/** The commits between a server's start and the end of one deployment. */
async function referenceCommits(it: ServerUnderTest, repo: Pushable, version: string): Promise<readonly Commit[]> {
  const file = join(it.data, 'writes')
  await it.kill('SIGTERM')
  await it.start(noteWrites(file))
  const before = (await commitsIn(file)).length
  await repo.commit(tinyApp(version))
  await repo.push('main')
  await untilLive(it, repo)
  return (await commitsIn(file)).slice(before)
}

function beforeWrite({ firstWrite }: Commit): KillPoint {
  return { call: 'pwrite64', n: firstWrite }
}

function atSync({ sync }: Commit): KillPoint {
  return { call: 'fsync', n: sync }
}

async function killedAt(it: ServerUnderTest, repo: Pushable, point: KillPoint): Promise<string> {
  // The first points may strike while the server is still starting: what its start writes has no fixed order.
  const pushed = await it
    .start(killAt(point))
    .then(() => repo.push('main'))
    .catch((error: Error) => error)
  const struck = await Promise.race([
    it.ended(),
    untilLive(it, repo).then(
      () => null,
      () => it.ended(),
    ),
  ])
  assert.ok(struck === null || struck === 'SIGKILL', `ended by itself: ${struck}`)
  const reached = struck === null ? 'not reached' : lastStep(it)
  if (struck === null) await it.kill('SIGTERM')
  await it.start()
  // Git's client was told that the push failed, or nothing at all: a person pushes again. It may be there already.
  if (pushed instanceof Error) await repo.push('main')
  await untilLive(it, repo)
  const told = pushed instanceof Error ? 'push broke, pushed again' : 'push accepted'
  return `${point.call} ${point.n} | ${reached} | ${told} | live, nothing twice`
}

/** What the dead server's store says it was doing; only read, as to close it otherwise would tidy up after the crash. */
function lastStep(it: ServerUnderTest): string {
  const db = new DatabaseSync(join(it.data, 'signalbox.db'), { readOnly: true })
  try {
    const fact = db.prepare('SELECT kind FROM facts ORDER BY seq DESC LIMIT 1').get()
    const claimed = db.prepare('SELECT command FROM outbox WHERE epoch IS NOT NULL ORDER BY id DESC LIMIT 1').get()
    return `after ${fact?.kind}${claimed === undefined ? '' : `, performing ${claimed.command}`}`
  } finally {
    db.close()
  }
}

async function untilLive(it: ServerUnderTest, repo: Pushable): Promise<void> {
  const head = await repo.git('rev-parse', 'HEAD')
  await waitFor(
    `${head} to be live`,
    async () => {
      const open = (await it.client.call('deployments.list', { query: { project: 'tiny', limit: 3 } })) ?? []
      const [newest] = open
      if (newest?.release.commit === head && newest.state === 'finished') {
        assert.equal(newest.outcome, 'succeeded', JSON.stringify(newest))
        return true
      }
      return false
    },
    60_000,
  )
}

async function assertWhole(it: ServerUnderTest, repo: Pushable, version: number): Promise<void> {
  await assertOnce(it, { commit: await repo.git('rev-parse', 'HEAD'), version: String(version) })
  const [status] = await it.client.call('status', { params: { project: 'tiny' } })
  assert.deepEqual(
    status?.running?.instances.map(({ name }) => name).sort(),
    [...(status?.desired?.instances ?? [])].sort(),
  )
  assert.equal(status?.serving.length, 2)
}

function startVisitors(it: ServerUnderTest): Load {
  const [host = '', port = ''] = it.serving.edge.split(':')
  const shape = {
    weight: 1,
    headers: {},
    leaveAfterMs: null,
    latencyCounts: true,
    method: 'GET',
    path: '/',
    body: null,
  } as const
  const mix = [
    { ...shape, name: 'kept', keepAlive: true },
    { ...shape, name: 'fresh', keepAlive: false },
  ] as const
  const plan = {
    host,
    port: Number(port),
    hostHeader: tinyHost,
    ratePerS: 40,
    mix,
    durationMs: 900_000,
    timeoutMs: 15_000,
  }
  return startLoad(plan, systemClock)
}
