import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import type { DeploymentDetailView, PlanView, SurveyView } from '../../src/api/views.ts'
import { layoutOf } from '../../src/host/layout.ts'
import { startServer } from '../helpers/server.ts'
import { assertSucceeded, type Project, project, visit } from './stage.ts'

/** Each moment a migration can have, and each way a backup can go, with real processes on one server. */
const places = ['forbid', 'before', 'start', 'after', 'manual'] as const
type PlaceName = (typeof places)[number]

test('migrations, moment by moment, on one server', { timeout: 170_000 }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const send = async (place: PlaceName, wanted = 0, ...words: string[]) =>
    (await shop.sb(['deploy', place, ...words, '--json'], { wanted })).json<DeploymentDetailView[]>()[0]
  await ready(shop, await shop.ship(app('v1', {}), 'v1'))
  for (const place of places) assertSucceeded(await must(send(place)))
  await ready(shop, await shop.ship(app('v2', { '001-gift': 'ok' }), 'v2'))

  await t.test('X4 migrations: forbid_pending — names each one, and nothing has moved', async () => {
    const refused = await must(send('forbid', 5))
    assert.match(refused.because ?? '', /brings migrations that have not been applied: 1 pending: 001-gift \(unknown\)/)
    assert.equal(await visit(server, 'forbid.test'), 'v1')
    assert.deepEqual(await notes(shop, 'forbid'), ['start v1'])
  })

  await t.test(
    'migrating is an operation of its own; a missing tick is a refusal, never a green nothing (trap 19)',
    async () => {
      const version = (
        await server.client.call('releases.list', { params: { project: 'shop' }, query: { limit: 1 } })
      )[0]
      const v2 = version?.version ?? ''
      const missing = await shop.sb(['migrate', 'forbid', v2], { wanted: 4 })
      assert.match(missing.stderr, /nobody has ticked/)
      const pending = (await shop.sb(['migrate', 'forbid', v2, '--plan', '--json'], { wanted: 3 })).json<SurveyView>()
      assert.deepEqual(
        pending.pending?.map(({ name }) => name),
        ['001-gift'],
      )
      await shop.sb(['migrate', 'forbid', v2, '--destructive', '--reason', 'gifts'])
      assert.equal(await visit(server, 'forbid.test'), 'v1')
      assert.deepEqual(await notes(shop, 'forbid'), ['start v1', 'migrate v2 001-gift'])
      await shop.sb(['migrate', 'forbid', v2, '--plan'])
      assertSucceeded(await must(send('forbid')))
      assert.equal(await visit(server, 'forbid.test'), 'v2')
    },
  )

  await t.test(
    'X4 migrations: before — while the old code runs; the script of the release itself, where the app’s own data is (traps 22 and 23)',
    async () => {
      assertSucceeded(await must(send('before')))
      assert.deepEqual(await notes(shop, 'before'), ['start v1', 'migrate v2 001-gift', 'stop v1', 'start v2'])
    },
  )

  await t.test('X4 migrations: on_release_start — right before the first new instance starts', async () => {
    assertSucceeded(await must(send('start')))
    assert.deepEqual(await notes(shop, 'start'), ['start v1', 'stop v1', 'migrate v2 001-gift', 'start v2'])
  })

  await t.test('X4 migrations: after — when visitors are on the new release', async () => {
    assertSucceeded(await must(send('after')))
    assert.deepEqual(await notes(shop, 'after'), ['start v1', 'start v2', 'stop v1', 'migrate v2 001-gift'])
  })

  await t.test('X4 migrations: manual — never by itself; the plan lists it, and a person runs it', async () => {
    const sent = await must(send('manual'))
    assertSucceeded(sent)
    const looked = sent.timeline.find(({ kind }) => kind === 'deployment.survey')
    assert.match(JSON.stringify(looked?.data), /001-gift/)
    assert.deepEqual(await notes(shop, 'manual'), ['start v1', 'start v2', 'stop v1'])
    const [plan] = (await shop.sb(['plan', 'manual', '--json'])).json<PlanView[]>()
    assert.deepEqual(
      plan?.plan.migrations.pending?.map(({ name }) => name),
      ['001-gift'],
    )
    await shop.sb(['migrate', 'manual', '--destructive'])
    assert.equal((await notes(shop, 'manual')).at(-1), 'migrate v2 001-gift')
  })

  await t.test(
    'X5 backup_before_migrate: on — also when nothing is pending; the newest are kept, for nobody else to read',
    async () => {
      for (let times = 0; times < 2; times += 1) await shop.sb(['redeploy', 'before'])
      const kept = await backups(shop, 'before')
      assert.equal(kept.length, 2)
      const newest = await stat(kept[0] ?? '')
      assert.deepEqual([newest.mode & 0o777, newest.size > 0], [0o600, true])
      assert.equal(await readFile(kept[0] ?? '', 'utf8'), '001-gift\n')
    },
  )

  await t.test(
    'X5 backup_before_migrate: if_pending — only when something is, and with what was there before',
    async () => {
      const [only, ...others] = await backups(shop, 'start')
      assert.deepEqual([await readFile(only ?? '', 'utf8'), others], ['none\n', []])
      await shop.sb(['redeploy', 'start'])
      assert.equal((await backups(shop, 'start')).length, 1)
    },
  )

  await t.test('X5 backup_before_migrate: off — none', async () => {
    assert.deepEqual(await backups(shop, 'after'), [])
  })

  await t.test(
    'a migration that fails: before, nothing has moved; after, the new release stays and says on what',
    async () => {
      await ready(shop, await shop.ship(app('v3', { '001-gift': 'ok', '002-bad': 'fails' }), 'v3'))
      const early = await must(send('before', 5))
      assert.match(early.because ?? '', /The migration of d\d+ ended with exit code 9/)
      assert.equal(await visit(server, 'before.test'), 'v2')
      const log = await shop.sb(['logs', `${early.id}-migrate`])
      assert.match(log.stdout, /002-bad does not work/)
      const late = await must(send('after', 1))
      assert.match(late.because ?? '', /is live, on a database that not all its migrations have reached/)
      assert.equal(await visit(server, 'after.test'), 'v3')
    },
  )

  await t.test('a backup that is empty is none: the migration does not begin', async () => {
    const files = { ...app('v4', { '001-gift': 'ok', '003-more': 'ok' }), 'dump.js': '' }
    await ready(shop, await shop.ship(files, 'v4'))
    const refused = await must(send('start', 5))
    assert.match(refused.because ?? '', /ended well, but wrote nothing to \$SIGNALBOX_BACKUP_FILE/)
    assert.equal(
      (await notes(shop, 'start')).some((line) => line.includes('003-more')),
      false,
    )
  })

  await t.test('a backup may be a folder, as pg_dump writes one; an empty one is none', async () => {
    const into = (what: string) =>
      `const fs = require('fs')\nconst to = process.env.SIGNALBOX_BACKUP_FILE\nfs.mkdirSync(to)\n${what}\n`
    const all = { '001-gift': 'ok', '003-more': 'ok' }
    await ready(shop, await shop.ship({ ...app('v4', all), 'dump.js': into('') }, 'v4 empty folder'))
    assert.match((await must(send('start', 5))).because ?? '', /wrote nothing to/)
    const written = into("fs.writeFileSync(to + '/toc.dat', 'half'); fs.writeFileSync(to + '/1.dat', 'half')")
    await ready(shop, await shop.ship({ ...app('v4', all), 'dump.js': written }, 'v4 folder'))
    // Its migration 002-bad fails, after the backup.
    const { because, timeline } = await must(send('start', 5))
    assert.match(because ?? '', /The migration of d\d+ ended with exit code 9/)
    assert.ok(JSON.stringify(timeline).includes('"bytes":8'), JSON.stringify(timeline))
  })

  await t.test('going back behind a migration says which stay applied, and wants a reason', async () => {
    const refused = await shop.sb(['rollback', 'forbid'], { wanted: 4 })
    assert.match(refused.stderr, /made before migrations that forbid has since: 001-gift/)
    await shop.sb(['rollback', 'forbid', '--reason', 'it gets along'])
    assert.equal(await visit(server, 'forbid.test'), 'v1')
  })
})

async function must(sent: Promise<DeploymentDetailView | undefined>): Promise<DeploymentDetailView> {
  const deployment = await sent
  assert.ok(deployment)
  return deployment
}

async function ready(shop: Project, commit: string): Promise<void> {
  assert.equal((await shop.run(commit)).outcome, 'succeeded')
}

/** What instances and migrations of a place have noted, in order. */
async function notes({ server }: Project, place: PlaceName): Promise<readonly string[]> {
  const path = join(layoutOf(join(server.data, 'host')).shared(`shop/shop/${place}`), 'data', 'notes')
  return (await readFile(path, 'utf8')).trim().split('\n')
}

/** Newest first. */
async function backups({ server }: Project, place: PlaceName): Promise<readonly string[]> {
  const folder = layoutOf(join(server.data, 'host')).backups(`shop/shop/${place}`)
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })))
  return found.sort((a, b) => b.at - a.at).map(({ name }) => join(folder, name))
}

function app(version: string, migrations: Readonly<Record<string, string>>) {
  const files = Object.entries(migrations).map(([name, text]) => [`migrations/${name}`, text] as const)
  return { ...Object.fromEntries(files), ...programs(version), 'signalbox.yml': configuration }
}

const stopStart = 'strategy: stop_start'
const policies: Readonly<Record<PlaceName, string>> = {
  forbid: 'migrations: forbid_pending, backup_before_migrate: off',
  before: `migrations: { when: before, compatible: true }, backup_before_migrate: on, ${stopStart}`,
  start: `migrations: on_release_start, backup_before_migrate: if_pending, ${stopStart}`,
  after: 'migrations: { when: after, compatible: true }, backup_before_migrate: off',
  manual: 'migrations: manual, backup_before_migrate: off',
}

const configuration = `project: shop
app:
  shared: [data]
  migrations:
    command: node migrate.js
    pending: node migrate.js --pending
    backup: node dump.js
    keep_backups: 2
  processes:
    web: { command: node web.js, health: { http: /, start_period: 5s, interval: 1s }, stop: { grace: 3s, drain: 3s } }
environments:
${places.map((place) => `  ${place}: { hosts: ${place}.test, policies: { ${policies[place]} } }`).join('\n')}
`

function programs(version: string): Record<string, string> {
  const note = `const fs = require('fs')\nconst note = (what) => fs.appendFileSync('data/notes', what + '\\n')\n`
  return {
    'web.js': `${note}note('start ${version}')
const server = require('http').createServer((request, response) => response.end('${version}'))
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => { note('stop ${version}'); process.exit(0) })
`,
    'migrate.js': `${note}const file = 'data/applied'
const applied = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\\n') : []
const all = fs.existsSync('migrations') ? fs.readdirSync('migrations').sort() : []
const pending = all.filter((name) => !applied.includes(name))
if (process.argv[2] === '--pending') {
  for (const name of pending) console.log(name)
  process.exit(pending.length > 0 ? 1 : 0)
}
for (const name of pending) {
  if (fs.readFileSync('migrations/' + name, 'utf8') === 'fails') { console.log(name + ' does not work'); process.exit(9) }
  fs.appendFileSync(file, name + '\\n')
  note('migrate ${version} ' + name)
}
`,
    'dump.js': `const fs = require('fs')
const text = fs.existsSync('data/applied') ? fs.readFileSync('data/applied', 'utf8') : 'none\\n'
fs.writeFileSync(process.env.SIGNALBOX_BACKUP_FILE, text)
`,
  }
}
