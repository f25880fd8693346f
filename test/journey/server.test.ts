import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { type CliResult, cli } from '../helpers/cli.ts'
import { processesNaming } from '../helpers/left-over.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, config, webProcess } from './app.ts'
import { assertSucceeded, project, visit } from './stage.ts'

const anywhere = ['--listen', '127.0.0.1:0', '--edge-listen', '127.0.0.1:0']
const limit = { timeout: 120_000 }

test('the first start makes a token that only its owner can read, and closes the directory', limit, async (t) => {
  await using dir = await tempDir()
  const data = join(dir.path, 'data')
  await mkdir(data, { mode: 0o755 })
  await chmod(data, 0o777)
  await using server = await startServer({ data })
  const modes = async (...names: string[]) =>
    Promise.all(names.map(async (name) => ((await stat(join(data, name))).mode & 0o777).toString(8)))
  assert.deepEqual(await modes('.', 'admin-token', 'secrets.key', 'host'), ['700', '600', '600', '700'])
  assert.equal(server.serving.tokenFile, join(data, 'admin-token'))
  await waitFor('the token file to be told', async () => /admin token +\S+\/admin-token/.test(await server.log()))
  const token = (await readFile(server.serving.tokenFile, 'utf8')).trim()
  assert.doesNotMatch(await server.log(), new RegExp(token), 'the token itself is never printed')

  await t.test('a second server on the same directory is refused at once, and told who holds it', async () => {
    const began = performance.now()
    const second = await startIn(dir.path, [...anywhere, '--json'])
    assert.ok(performance.now() - began < 5_000)
    assert.equal(second.code, 1)
    const { error } = second.json<{ error: { code: string; message: string } }>()
    assert.equal(error.code, 'server.held')
    assert.match(error.message, new RegExp(`process ${server.pid}\\b`))
    assert.match(second.stderr, new RegExp(`process ${server.pid}\\b`))
  })

  await t.test('one that was killed is followed by the next, with the same token and the same host', async () => {
    const before = server.serving
    assert.equal(await server.kill('SIGKILL'), 'SIGKILL')
    await server.start()
    assert.deepEqual([server.serving.first, server.serving.edge], [false, before.edge])
    assert.deepEqual(await server.client.call('projects.list'), [])
    assert.equal((await readFile(server.serving.tokenFile, 'utf8')).trim(), token)
  })

  await t.test('a store that a newer program wrote is refused, and left as it is', async () => {
    await server.kill('SIGTERM')
    const file = join(data, 'signalbox.db')
    const version = schemaVersion(file)
    schemaVersion(file, version + 1)
    const refused = await startIn(dir.path, anywhere)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, new RegExp(`schema ${version + 1}; this program knows up to ${version}`))
    schemaVersion(file, version)
    await server.start()
  })
})

test('an address that is taken is named, whoever wanted it, and nothing is left running', limit, async () => {
  await using dir = await tempDir()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const flags = [
    ['--listen', `127.0.0.1:${port}`, '--edge-listen', '127.0.0.1:0'],
    ['--listen', '127.0.0.1:0', '--edge-listen', `127.0.0.1:${port}`],
  ]
  try {
    for (const each of flags) {
      const refused = await startIn(dir.path, each)
      assert.equal(refused.code, 1, refused.stderr)
      assert.match(refused.stderr, new RegExp(`cannot listen on 127.0.0.1:${port}: another program listens there`))
      assert.deepEqual(await processesNaming(dir.path), [])
    }
  } finally {
    taken.close()
  }
})

test(
  'told to stop in the middle of its work it is gone in time, and the next start goes on with all of it',
  limit,
  async (t) => {
    await using server = await startServer()
    const shop = await project(server, 'shop')
    const slowStart = { ...webProcess, command: 'sleep 2; exec node web.js' }

    await t.test('a rollout', async () => {
      const first = await shop.ship(app('shop', 'v1'))
      assertSucceeded(await shop.deployed(first))
      const second = await shop.ship(app('shop', 'v2', { app: { processes: { web: slowStart } } }))
      await waitFor(
        'v2 to be placed',
        async () => (await shop.deployments())[0]?.step?.doing.startsWith('place'),
        30_000,
      )
      assert.equal(await stopped(), 0)
      assert.equal(await visit(server, 'staging.shop.test'), 'v1')
      await server.start()
      const deployment = await shop.deployed(second)
      assertSucceeded(deployment)
      assert.equal(await visit(server, 'staging.shop.test'), 'v2')
      assert.equal((await shop.deployments()).length, 2)
    })

    await t.test('a job, tried anew and not counted as failed', async () => {
      const marks = join(server.data, 'marks')
      const slow = `echo began >> ${marks}; sleep 3; echo ended >> ${marks}`
      const commit = await shop.ship(app('shop', 'v3', { checks: { slow } }))
      const lines = async () => (await readFile(marks, 'utf8').catch(() => '')).split('\n').filter(Boolean)
      await waitFor('the job to begin', async () => (await lines()).includes('began'), 30_000)
      assert.equal(await stopped(), 0)
      await server.start()
      const run = await shop.run(commit)
      assertSucceeded(run)
      assert.deepEqual(await lines(), ['began', 'began', 'ended'], 'the first try ended with the server')
      assertSucceeded(await shop.deployed(commit))
    })

    await t.test('a job that does not listen, and people who watch', async () => {
      const commit = await shop.ship(
        app('shop', 'v4', { checks: { deaf: `trap '' TERM INT; while :; do sleep 1; done` } }),
      )
      const run = await waitFor('the run', async () =>
        (await server.client.call('runs.list', { query: { project: 'shop' } })).find((each) => each.commit === commit),
      )
      await waitFor(
        'the job to begin',
        async () => (await server.client.call('runs.show', { params: { run: run.id } })).jobs[0]?.startedAt,
        30_000,
      )
      const watching = shop.sb(['logs', run.id, '--follow'], { wanted: 1 })
      assert.equal(await stopped(), 0)
      await server.start()
      await shop.sb(['cancel', run.id])
      assert.equal((await shop.run(commit)).outcome, 'aborted')
      await watching.catch(() => {}) // How it ends depends on what it was doing when the server went.
      await waitFor(
        'the workspaces to be gone',
        async () => (await readdir(join(server.data, 'work'))).length === 0,
        30_000,
      )
    })

    async function stopped(): Promise<number | string> {
      const began = performance.now()
      const how = await server.kill('SIGTERM')
      const tookMs = performance.now() - began
      assert.ok(tookMs < 11_000, `it took ${Math.round(tookMs)} ms`)
      return how
    }
  },
)

test('a journal that somebody changed is found out by the command line', limit, async () => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  await shop.ship({ 'signalbox.yml': config('shop', { on: { push: { branches: ['other'] } } }) })
  assert.match((await shop.sb(['audit', 'verify'])).stdout, /chain holds/)
  await server.kill('SIGTERM')
  const db = new DatabaseSync(join(server.data, 'signalbox.db'))
  const { seq } = db.prepare("SELECT seq FROM facts WHERE kind = 'event.accepted'").get() as { seq: number }
  assert.throws(() => db.exec(`UPDATE facts SET actor = 'eve' WHERE seq = ${seq}`), /facts are never changed/)
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    db.exec(`DROP TRIGGER ${name}`)
  db.exec(`UPDATE facts SET data = replace(data, 'push', 'pull') WHERE seq = ${seq}`)
  db.close()
  await server.start()
  const found = await shop.sb(['audit', 'verify', '--json'], { wanted: 1 })
  assert.match(found.stdout, new RegExp(`"brokenAt": ?${seq}\\b`))
  assert.match((await shop.sb(['audit', 'verify'], { wanted: 1 })).stdout, new RegExp(`${seq}`))
})

/** Reads the schema's number, or sets it. */
function schemaVersion(file: string, to?: number): number {
  const db = new DatabaseSync(file)
  try {
    if (to !== undefined) db.exec(`PRAGMA user_version = ${to}`)
    return Number(db.prepare('PRAGMA user_version').get()?.user_version)
  } finally {
    db.close()
  }
}

/** A server as a person starts it, which is to end by itself. */
async function startIn(folder: string, flags: readonly string[]): Promise<CliResult> {
  return await cli(['server', '--data', join(folder, 'data'), ...flags], { cwd: folder, wrap: ['timeout', '60'] })
}
