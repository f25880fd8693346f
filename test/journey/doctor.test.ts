import assert from 'node:assert/strict'
import { chmod, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import type { CheckupLineView } from '../../src/api/views.ts'
import { type CliResult, cli } from '../helpers/cli.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { app, webProcess } from './app.ts'
import { assertSucceeded, project } from './stage.ts'

const limit = { timeout: 120_000 }

function linesOf(result: CliResult): Readonly<Record<string, readonly [string, string]>> {
  const lines = result.json<CheckupLineView[]>()
  return Object.fromEntries(lines.map(({ what, state, found }) => [what, [state, found]]))
}

test('a server that is well says so of everything, and what is amiss is told with what to do', limit, async (t) => {
  await using server = await startServer()
  const { data } = server
  const shop = await project(server, 'shop')
  assertSucceeded(
    await shop.deployed(await shop.ship(app('shop', 'v1', { app: { processes: { web: webProcess } } }), 'v1')),
  )

  await t.test('over the API, with everybody it has to reach', async () => {
    const lines = linesOf(await shop.sb(['doctor', '--json']))
    assert.deepEqual(
      Object.entries(lines).filter(([what, [state]]) => state !== 'ok' && what !== 'data directory'),
      [['backups', ['warn', 'none is taken']]],
    )
    const wanted = ['server', 'clocks', 'node', 'git', 'data directory', 'keys and tokens', 'database', 'journal']
    assert.deepEqual(Object.keys(lines), [
      ...wanted,
      'backups',
      'outbox',
      'public address',
      'host and edge',
      'target local',
    ])
    assert.equal(lines['host and edge']?.[1], `visitors come in at ${server.serving.edge}`)
    assert.match(lines['target local']?.[1] ?? '', /answers for shop\/staging/)
    const told = await shop.sb(['doctor'])
    assert.match(told.stdout, /^ok +journal +the chain of \d+ facts holds$/m)
    assert.match(told.stdout, /^\d+ well, \d to look at, 0 failed$/m)
  })

  await t.test('a token that anybody can read has failed, with the command that mends it', async () => {
    await chmod(join(data, 'admin-token'), 0o644)
    const told = await shop.sb(['doctor'], { wanted: 1 })
    assert.match(told.stdout, /^fail +keys and tokens +\S+\/admin-token has mode 644$/m)
    assert.match(told.stdout, /^ +chmod go= \S+\/admin-token$/m)
    await chmod(join(data, 'admin-token'), 0o600)
  })

  await t.test('from its own machine: while it runs, and when it does not any more', async () => {
    await using dir = await tempDir()
    const doctor = async (folder = data) => await cli(['doctor', '--data', folder, '--json'], listening(dir.path))
    const running = await doctor()
    assert.equal(running.code, 0, running.stdout)
    assert.deepEqual(linesOf(running).server, ['ok', `runs as process ${server.pid}`])
    await server.kill('SIGTERM')
    assert.equal(linesOf(await doctor()).server?.[0], 'warn')
    assert.equal(linesOf(await shop.sb(['doctor', '--json'], { wanted: 1 })).server?.[0], 'fail')
    const db = new DatabaseSync(join(data, 'signalbox.db'))
    db.exec("DROP TRIGGER facts_stay; UPDATE facts SET actor = 'nobody' WHERE seq = 3")
    db.close()
    const broken = await doctor()
    assert.equal(broken.code, 1)
    assert.match(linesOf(broken).journal?.[1] ?? '', /broken at fact 3 of/)
    await rm(join(data, 'signalbox.db'))
    assert.deepEqual(linesOf(await doctor()).database?.[0], 'fail')
    assert.match(linesOf(await doctor(join(dir.path, 'nowhere')))['data directory']?.[1] ?? '', /no such folder/)
  })
})

/** A port that nobody listens on. */
function listening(cwd: string) {
  return { cwd, env: { SIGNALBOX_LISTEN: '127.0.0.1:1' } }
}
