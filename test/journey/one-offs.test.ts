import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import type { OneOffDetailView, OneOffPlanView, OneOffView, ScheduleView, TrackView } from '../../src/api/views.ts'
import { openDatabase } from '../../src/store/database.ts'
import { Schedules } from '../../src/store/schedules.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production } from './app.ts'
import { assertSucceeded, type Project, project } from './stage.ts'

const commands = {
  wipe: { command: 'echo wiped >> data/wiped', destructive: true, dry_run: 'echo would wipe; ls data' },
  where: 'echo $SIGNALBOX_PROCESS $SIGNALBOX_INSTANCE',
  sleep: { command: 'sleep 600', timeout: '15m' },
}
const schedules = {
  tick: { cron: '0 0 1 1 *', command: 'echo tick >> data/ticks; sleep 1', late: '1h' },
}

test('commands and schedules in a protected environment', { timeout: 170_000 }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const environments = {
    staging: { hosts: 'staging.shop.test', on: { push: 'main' }, scale: { web: 2 }, protection: { approvals: 0 } },
    production: production('shop'),
    open: {
      ...{ hosts: 'open.shop.test', on: { after: 'staging' }, protection: { approvals: 1 } },
      policies: { one_off_protection: 'none' },
    },
  }
  const commit = await shop.ship(app('shop', 'v1', { app: { commands, schedules }, environments }))
  assertSucceeded(await shop.deployed(commit))
  for (const environment of ['production', 'open']) {
    await waitFor(`${environment} to wait`, async () => (await tracks(shop, environment))[0]?.waiting[0])
    await shop.sb(['approve', environment, '--yes', '--wait'])
  }
  const content = async (file: string) =>
    (await shop.sb(['run', 'staging', '--', 'sh', '-c', `cat data/${file} 2>/dev/null || true`])).stdout.trim()

  await t.test('a missing tick is a refusal with nothing run (trap 19); with it, it runs', async () => {
    const refused = await shop.sb(['run', 'staging', '--name', 'wipe'], { wanted: 4 })
    assert.match(refused.stderr, /wipe is destructive.*Nothing was run.*--destructive/s)
    assert.equal(await content('wiped'), '')
    await shop.sb(['run', 'staging', '--name', 'wipe', '--destructive'])
    assert.equal(await content('wiped'), 'wiped')
  })

  await t.test('a dry run runs the dry run; where there is none it only shows what would be done', async () => {
    assert.match((await shop.sb(['run', 'staging', '--name', 'wipe', '--dry-run'])).stdout, /^would wipe$/m)
    assert.equal(await content('wiped'), 'wiped')
    const shown = await shop.sb(['run', 'staging', '--dry-run', '--', 'touch', 'data/wiped-too'])
    assert.match(shown.stdout, /touch data\/wiped-too[\s\S]*Nothing was run/)
    assert.equal(await content('wiped-too'), '')
    const plan = (await shop.sb(['run', 'production', '--dry-run', '--json', '--', 'env'])).json<OneOffPlanView>()
    assert.deepEqual([plan.approvals, plan.canDryRun], [1, false])
  })

  await t.test('a command goes on while the server is killed, and its log tells each line once', async () => {
    const script = 'echo one; echo two >&2; echo two; until [ -e data/go ]; do sleep 0.1; done; echo three'
    const params = { project: 'shop', environment: 'staging' }
    const body = { command: ['sh', '-c', script] }
    const { id } = await server.client.call('one-offs.start', { params, body })
    const told = async () => (await server.client.call('one-offs.log', { params: { oneOff: id } })).lines
    await waitFor('its first lines', async () => (await told()).length === 3)
    await server.kill('SIGKILL')
    await server.start()
    await shop.sb(['run', 'staging', '--', 'touch', 'data/go'])
    assert.equal((await endOf(server, id)).outcome, 'succeeded')
    const lines = (await told()).map(({ stream, text }) => `${stream} ${text}`)
    assert.deepEqual(lines.sort(), ['e two', 'o one', 'o three', 'o two'])
  })

  await t.test(
    'X14 one_off_protection: environment — it waits for a yes to its plan, and then runs by itself',
    async () => {
      const asked = await shop.sb(['run', 'production', '--json', '--', 'sh', '-c', 'echo ran >> data/ran'], {
        wanted: 4,
      })
      const { id, state } = asked.json<OneOffView>()
      assert.equal(state, 'waiting')
      assert.match(asked.stderr, new RegExp(`signalbox approve ${id} --plan [0-9a-f]{64}`))
      const detail = (await server.client.call('one-offs.show', { params: { oneOff: id } })) as OneOffDetailView
      await shop.sb(['approve', id, '--plan', detail.plan?.hash ?? ''])
      const ended = await endOf(server, id)
      assert.deepEqual([ended.outcome, ended.exitCode], ['succeeded', 0])
      const followed = (
        await shop.sb(['run', 'production', '--json', '--', 'sh', '-c', 'sleep 1; echo done; exit 3'], { wanted: 4 })
      ).json<OneOffView>()
      const approved = await shop.sb(['approve', followed.id, '--yes', '--wait'], { wanted: 3 })
      assert.match(approved.stdout, /^done$/m)
      const other = (await shop.sb(['run', 'production', '--json', '--', 'true'], { wanted: 4 })).json<OneOffView>()
      await shop.sb(['reject', other.id, '--reason', 'not today'])
      assert.match((await endOf(server, other.id)).reason ?? '', /rejected by admin: not today/)
    },
  )

  await t.test('X14 one_off_protection: none — it runs at once', async () => {
    assert.match((await shop.sb(['run', 'open', '--', 'echo', 'at once'])).stdout, /at once/)
  })

  await t.test('on all instances it tells of each what it printed; on one only of that', async () => {
    const all = (await shop.sb(['run', 'staging', '--name', 'where', '--all'])).stdout
    const [first, second] = [...all.matchAll(/^(\S+) \| web \1$/gm)].map(([, name]) => name)
    assert.ok(first !== undefined && second !== undefined && first !== second, all)
    assert.equal(
      (await shop.sb(['run', 'staging', '--name', 'where', '--instance', second])).stdout.trim(),
      `web ${second}`,
    )
    assert.match(
      (await shop.sb(['run', 'staging', '--all', '--process', 'beat', '--', 'true'], { wanted: 2 })).stderr,
      /beat/,
    )
    const failed = await shop.sb(['run', 'staging', '--all', '--json', '--', 'sh', '-c', 'exit 7'], { wanted: 7 })
    const result = JSON.parse(failed.stdout.trim().split('\n').at(-1) ?? '') as OneOffView
    assert.deepEqual(
      result.results.map(({ exitCode }) => exitCode),
      [7, 7],
    )
  })

  await t.test('one that runs is ended by cancelling it', async () => {
    const { id } = await server.client.call('one-offs.start', {
      params: { project: 'shop', environment: 'staging' },
      body: { name: 'sleep' },
    })
    await shop.sb(['cancel', id])
    const ended = await endOf(server, id)
    assert.deepEqual([ended.outcome, ended.reason], ['aborted', 'cancelled by admin'])
    await waitFor(
      'nothing to be left of it',
      async () =>
        (await shop.sb(['run', 'staging', '--', 'sh', '-c', 'pgrep -f "^sleep 600" | wc -l'])).stdout.trim() === '0',
    )
  })

  await t.test(
    'a time that came while the server was away is run for once, also when the server is killed over it',
    async () => {
      const [schedule] = (await shop.sb(['schedules', 'staging', '--json'])).json<ScheduleView[]>()
      assert.deepEqual([schedule?.name, schedule?.last], ['tick', null])
      assert.equal(await server.kill('SIGTERM'), 0)
      const dueAt = comesDue(server)
      await server.start()
      await waitFor('its run', async () => (await listed(shop)).at(0)?.state === 'started')
      assert.equal(await server.kill('SIGKILL'), 'SIGKILL')
      await server.start()
      const [run, ...others] = await waitFor('its end', async () => {
        const all = await listed(shop)
        return all[0]?.state === 'finished' ? all : null
      })
      assert.deepEqual([run?.tick, run?.outcome, others.length], [dueAt, 'succeeded', 0])
      assert.equal(await content('ticks'), 'tick')
      assert.match((await shop.sb(['logs', run?.id ?? ''])).stdout, /^$/)
    },
  )

  await t.test('a schedule can be paused with a reason, run by hand, and resumed', async () => {
    await shop.sb(['schedules', 'pause', 'staging', 'tick', '--reason', 'moving house'])
    assert.match((await shop.sb(['schedules', 'staging'])).stdout, /paused by admin: moving house/)
    await shop.sb(['run', 'staging', '--name', 'tick'])
    assert.match((await shop.sb(['schedules', 'resume', 'staging', 'tick'])).stdout, /runs next at \d{4}-01-01/)
    const unknown = await shop.sb(['schedules', 'pause', 'staging', 'tock', '--reason', 'x'], { wanted: 2 })
    assert.match(unknown.stderr, /tock.*there are: tick/s)
  })
})

/** As if the time had come a minute ago, while no server was there. */
function comesDue(server: ServerUnderTest): number {
  const db = openDatabase(join(server.data, 'signalbox.db'))
  const schedules = new Schedules(db)
  const schedule = schedules.get('shop/shop/staging', 'tick')
  assert.ok(schedule !== null)
  const dueAt = Date.now() - 60_000
  schedules.save({ ...schedule, dueAt })
  db.close()
  return dueAt
}

async function listed(shop: Project): Promise<readonly OneOffView[]> {
  return (await shop.sb(['one-offs', 'staging', '--name', 'tick', '--json'])).json<OneOffView[]>()
}

async function endOf(server: ServerUnderTest, oneOff: string): Promise<OneOffDetailView> {
  return await waitFor(`the end of ${oneOff}`, async () => {
    const now = await server.client.call('one-offs.show', { params: { oneOff } })
    return now.state === 'finished' ? now : null
  })
}

async function tracks(shop: Project, environment: string): Promise<readonly TrackView[]> {
  return (await shop.sb(['status', environment, '--json'])).json<TrackView[]>()
}
