import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentView, MatrixView, PastChangeView, RunDetailView } from '../../src/api/views.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production } from './app.ts'
import { assertSucceeded, type Project, project, visit } from './stage.ts'

const limit = { timeout: 175_000 }
const host = 'staging.shop.test'

/** Adding a variable before the code, changing it, going back, taking it away after the code; on real processes. */
test('the whole way of a variable', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const seen = (name: string) => visit(server, host, `/env/${name}`)
  const needsKey = { KEY: { required: true, secret: true, since: '2.0' } }
  await shop.sb(['env', 'set', 'staging', 'LEVEL=blue', '--reason', 'as ever'])
  assertSucceeded(await shop.deployed(await shop.ship(files('v1', {}), 'v1')))

  await t.test(
    'set before the code, it holds no release; what production lacks is told with the push, and holds it',
    async () => {
      await shop.sb(['env', 'set', 'staging', 'LEVEL=green', 'KEY=one', '--secret', '--reason', 'before the code'])
      const commit = await shop.commit(files('v2', needsKey), 'v2')
      assert.match(await shop.push('HEAD:refs/heads/main'), /remote: .*production lacks KEY \(required since 2\.0\)/)
      const held = await waitFor(
        'it to be held',
        async () => {
          const [newest] = await shop.deployments('staging')
          return newest?.release.commit === commit && newest.state === 'queued' ? newest : null
        },
        30_000,
      )
      const [run] = (await shop.sb(['runs', '--json'])).json<{ id: string }[]>()
      assert.match(
        (await shop.sb(['runs', 'show', run?.id ?? ''])).stdout,
        /production lacks KEY \(required since 2\.0\)/,
      )
      const { lacks } = (await shop.sb(['runs', 'show', run?.id ?? '', '--json'])).json<RunDetailView>()
      assert.deepEqual(
        lacks.map(({ environment, name, isProtected }) => [environment, name, isProtected]),
        [['production', 'KEY', true]],
      )
      const shown = await shop.sb(['deployments', 'show', held.id])
      assert.match(
        shown.stdout,
        /contract +closed: production lacks KEY .*opened by signalbox env set production KEY=…/,
      )
      assert.equal(await visit(server, host), 'v1')
      assert.deepEqual(await presence(shop, 'KEY'), { staging: 'set', production: 'missing' })
      await shop.sb(['env', 'waive', 'production', 'KEY', '--reason', 'the vendor is slow', '--for', '1h'])
      assertSucceeded(await shop.deployed(commit))
      assert.deepEqual([await visit(server, host), await seen('KEY'), await seen('LEVEL')], ['v2', 'one', 'green'])
      assert.deepEqual(await presence(shop, 'KEY'), { staging: 'set', production: 'waived' })
      assert.match(
        (await shop.sb(['env', 'list', 'production'])).stdout,
        /KEY may be missing until .*by admin: the vendor/,
      )
    },
  )

  await t.test(
    'a change reaches what runs when it is applied: a rollout of the same release, and the record says who and why',
    async () => {
      await shop.sb(['env', 'set', 'staging', 'KEY=two', '--reason', 'rotated'])
      assert.equal(await seen('KEY'), 'one')
      assert.match(
        (await shop.sb(['status', 'staging'])).stdout,
        /variables +newer than what runs .*changed KEY; applied by/,
      )
      assert.match((await shop.sb(['env', 'diff', 'staging'])).stdout, /staging\/shop: changed KEY/)
      const before = await visit(server, host, '/instance')
      assert.match((await shop.sb(['env', 'apply', 'staging'])).stdout, /variables by admin[\s\S]*succeeded/)
      assert.deepEqual([await visit(server, host), await seen('KEY')], ['v2', 'two'])
      assert.notEqual(await visit(server, host, '/instance'), before)
      assert.match((await shop.sb(['env', 'apply', 'staging'])).stdout, /has its variables as they are now/)
      const history = (await shop.sb(['env', 'history', 'staging', 'KEY', '--json'])).json<PastChangeView[]>()
      assert.deepEqual(
        history.map(({ by, reason, value, version }) => [by, reason, value, version]),
        [
          ['admin', 'rotated', null, 3],
          ['admin', 'before the code', null, 2],
        ],
      )
    },
  )

  await t.test(
    'a value of the wrong type is refused with what was expected; what runs needs keeps its variables',
    async () => {
      const wrong = await shop.sb(['env', 'set', 'staging', 'LIMIT=many'], { wanted: 2 })
      assert.match(wrong.stderr, /LIMIT in staging must be a number, as shop declares it, and "many" is not/)
      const needed = await shop.sb(['env', 'unset', 'staging', 'KEY'], { wanted: 4 })
      assert.match(needed.stderr, /KEY cannot be taken from staging yet: .*shop \S+, which is live/)
    },
  )

  await t.test(
    'X9 config_binding: environment — an earlier release comes back with the variables of today',
    async () => {
      const [back] = (await shop.sb(['rollback', 'staging', '--json'])).json<DeploymentView[]>()
      assert.deepEqual([await visit(server, host), await seen('LEVEL'), await seen('KEY')], ['v1', 'green', 'two'])
      assert.equal(back?.variables, 3)
      const needed = await shop.sb(['env', 'unset', 'staging', 'KEY'], { wanted: 4 })
      assert.match(needed.stderr, /shop \S+, which may be gone back to/)
    },
  )

  await t.test(
    'X9 config_binding: revision — an earlier release comes back with what it last ran with, secrets too',
    async () => {
      const policies = { config_binding: 'revision' }
      assertSucceeded(await shop.deployed(await shop.ship(files('v3', {}, policies), 'v3')))
      await shop.sb(['env', 'set', 'staging', 'LEVEL=red', 'KEY=three', '--secret', '--apply'])
      assert.equal(await seen('KEY'), 'three')
      await shop.sb(['env', 'set', 'staging', 'LEVEL=black', 'KEY=four', '--secret'])
      assertSucceeded(await shop.deployed(await shop.ship(files('v4', {}, policies), 'v4')))
      assert.deepEqual([await seen('LEVEL'), await seen('KEY')], ['black', 'four'])
      const [back] = (await shop.sb(['rollback', 'staging', '--json'])).json<DeploymentView[]>()
      assert.deepEqual([await visit(server, host), await seen('LEVEL'), await seen('KEY')], ['v3', 'red', 'three'])
      assert.equal(back?.variables, 4)
      assert.match((await shop.sb(['status', 'staging'])).stdout, /newer than what runs .*changed KEY, LEVEL/)
    },
  )

  await t.test('after the code that needed it is gone, it is told as unused, and can be taken away', async () => {
    assert.match((await shop.sb(['env', 'unused'])).stdout, /KEY +staging +signalbox env unset staging KEY/)
    assert.match((await shop.sb(['env', 'matrix'])).stdout, /KEY +not declared, secret +unused +-/)
    await shop.sb(['env', 'unset', 'staging', 'KEY', '--reason', 'nothing needs it'])
    assert.doesNotMatch((await shop.sb(['env', 'unused'])).stdout, /KEY/)
    const [taken] = (await shop.sb(['env', 'history', 'staging', '--json'])).json<PastChangeView[]>()
    assert.deepEqual([taken?.name, taken?.isSet, taken?.reason], ['KEY', false, 'nothing needs it'])
    assert.equal(await seen('KEY'), 'three', 'what runs keeps what it was started with')
  })

  await t.test(
    'two environments side by side: names that one of them lacks, values that differ, and no secret',
    async () => {
      await shop.sb(['env', 'set', 'production', 'LEVEL=white', 'ONLY=here'])
      const apart = await shop.sb(['env', 'diff', 'staging', 'production'])
      assert.match(apart.stdout, /LEVEL +\(secret\) +white\nONLY +- +here/)
      assert.doesNotMatch(apart.stdout, /black/)
    },
  )
})

function files(version: string, needed: object, policies: object = {}) {
  const variables = { LEVEL: {}, LIMIT: { type: 'number' }, ...needed }
  const staging = { hosts: host, on: { push: 'main' }, policies }
  return app('shop', version, { app: { variables }, environments: { staging, production: production('shop') } })
}

async function presence(shop: Project, name: string): Promise<Record<string, string>> {
  const { rows } = (await shop.sb(['env', 'matrix', '--json'])).json<MatrixView>()
  const cells = rows.find((row) => row.name === name)?.cells ?? []
  return Object.fromEntries(cells.map((cell) => [cell.environment, cell.presence]))
}
