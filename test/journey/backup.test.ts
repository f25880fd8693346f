import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import test from 'node:test'
import type { BackupsView, BackupView } from '../../src/api/views.ts'
import { filesOf, type ServerBackup } from '../../src/domain/server-backup.ts'
import { openDatabase } from '../../src/store/database.ts'
import { namesIn } from '../../src/system/files.ts'
import { filesBelow } from '../../src/system/tree.ts'
import { cli } from '../helpers/cli.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, project } from './stage.ts'

const limit = { timeout: 170_000 }

async function everyFile(folder: string): Promise<readonly string[]> {
  return await filesBelow(folder, { isWanted: () => true, most: Number.POSITIVE_INFINITY })
}

async function manifestAt(folder: string, name: string): Promise<ServerBackup> {
  return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')).backup
}

test(
  'backups are taken while the server goes on, hold no more than what is new, and are found damaged',
  limit,
  async (t) => {
    await using dir = await tempDir()
    const folder = join(dir.path, 'backups')
    await using server = await startServer({
      flags: ['--backups', folder, '--backup-every', 'never', '--keep-backups', '3'],
    })
    const shop = await project(server, 'shop')
    assertSucceeded(await shop.deployed(await shop.ship(app('shop', 'v1'), 'v1')))
    const back = async () => (await shop.sb(['backup', '--json'])).json<BackupView>()
    const list = async () => (await shop.sb(['backup', 'list', '--json'])).json<BackupsView>()

    const first = await back()
    await t.test('what it holds is said, and nobody else can read it', async () => {
      assert.deepEqual([first.projects, first.releases, first.lost, first.checked], [1, 1, 0, null])
      assert.ok((first.logs ?? 0) > 0 && first.facts > 0 && first.bytes > 0)
      const files = await everyFile(folder)
      const modes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mode & 0o777))
      assert.deepEqual([...new Set(modes.filter((_, at) => files[at] !== 'lock'))], [0o600])
      assert.deepEqual((await list()).backups, [first])
      assert.match(
        (await shop.sb(['backup', 'list'])).stdout,
        new RegExp(`^${first.name} +\\S+ .*when it was taken$`, 'm'),
      )
    })

    await t.test('the next one shares what has not changed', async () => {
      const before = new Set(await everyFile(folder))
      const second = await back()
      const added = (await everyFile(folder)).filter((file) => !before.has(file))
      const { database } = await manifestAt(folder, second.name)
      assert.deepEqual(
        added.filter((file) => file.startsWith('files/')),
        [`files/sha256/${database.sha256.slice(0, 2)}/${database.sha256}`],
      )
    })

    await t.test('the journal hears of each, and who took it', async () => {
      const facts = await server.client.call('facts.list', { query: { kind: 'server.backed_up' } })
      assert.deepEqual(facts.map(({ by, subject }) => [by, subject]).at(-1)?.[0], 'admin')
      assert.equal(facts.length, 2)
    })

    await t.test('as many are kept as are to be, and no file that none of them needs', async () => {
      for (let taken = 2; taken < 4; taken += 1) await back()
      const { backups, keep } = await list()
      assert.deepEqual([backups.length, keep], [3, 3])
      assert.ok(!backups.some(({ name }) => name === first.name))
      const needed = await Promise.all(backups.map(async ({ name }) => filesOf(await manifestAt(folder, name))))
      const digests = new Set(needed.flat().map(({ sha256 }) => sha256))
      const kept = (await everyFile(join(folder, 'files'))).map((path) => basename(path))
      assert.deepEqual(kept.sort(), [...digests].sort())
      const words = (await shop.sb(['complete-words', '--', 'backup', 'verify', ''])).stdout
      assert.ok(
        backups.every(({ name }) => words.includes(name)),
        'the tab key knows them',
      )
    })

    await t.test(
      'verifying reads all of it; what is damaged is found, told, and written anew by the next',
      async () => {
        const { backups } = await list()
        const name = backups[0]?.name ?? ''
        assert.match((await shop.sb(['backup', 'verify', name])).stdout, /^whole /)
        const digest = (await manifestAt(folder, name)).artifacts[0]?.sha256 ?? ''
        const path = join(folder, 'files', 'sha256', digest.slice(0, 2), digest)
        const content = await readFile(path)
        content[100] = (content[100] ?? 0) ^ 1
        await writeFile(path, content)
        const refused = await shop.sb(['backup', 'verify', name], { wanted: 1 })
        assert.match(refused.stderr, /is damaged: The archive [0-9a-f]{64} does not have the checksum/)
        assert.match((await list()).backups[0]?.checked?.problem ?? '', /does not have the checksum/)
        const next = await back()
        await shop.sb(['backup', 'verify', next.name])
        await truncate(path, 10)
        await shop.sb(['backup', 'verify', next.name], { wanted: 1 })
        await shop.sb(['backup', 'verify', (await back()).name])
      },
    )

    await t.test('a name that is none leads nowhere', async () => {
      for (const name of ['../../etc/passwd', 'a\nb', `${first.name}/..`, first.name]) {
        const answer = await shop.sb(['backup', 'verify', name], { wanted: 2 })
        assert.match(answer.stderr, /There is no backup|<backup>/)
      }
    })

    await t.test('from its own machine too, while the server runs and when it is down', async () => {
      const at = { cwd: dir.path }
      const words = ['--data', server.data, '--backups', join(dir.path, 'other')]
      for (const stop of [false, true]) {
        if (stop) await server.kill('SIGKILL')
        const taken = await cli(['backup', '--json', ...words], at)
        assert.equal(taken.code, 0, taken.stderr)
        assert.equal((await cli(['backup', 'verify', taken.json<BackupView>().name, ...words], at)).code, 0)
      }
      assert.equal((await cli(['backup', 'list', '--json', ...words], at)).json<BackupsView>().backups.length, 2)
      const nowhere = await cli(
        ['backup', '--data', join(dir.path, 'nothing'), '--backups', join(dir.path, 'other')],
        at,
      )
      assert.match(nowhere.stderr, /no server is in it/)
      assert.match((await cli(['backup', '--data', server.data], at)).stderr, /No folder for backups/)
    })
  },
)

test('a server takes backups by itself, and says when it cannot', limit, async (t) => {
  await using dir = await tempDir()
  const folder = join(dir.path, 'backups')
  await using server = await startServer({ flags: ['--backups', folder, '--backup-every', '1h'] })
  const seen = () => server.client.call('server.backups')

  await t.test('the first at once, where there is none, and none before the next is due', async () => {
    const backups = await waitFor('the first', async () => {
      const now = await seen()
      return now.backups.length > 0 ? now : null
    })
    assert.deepEqual([backups.everyMs, backups.keep, backups.failed], [3_600_000, 7, null])
    await server.kill('SIGTERM')
    await server.start()
    assert.equal((await seen()).backups.length, 1)
  })

  await t.test('one that fails is told in the log, by the doctor and in the record, and leaves nothing', async () => {
    const kept = async () => (await everyFile(folder)).filter((path) => !path.startsWith('lock'))
    const before = await kept()
    await rm(join(server.data, 'repositories'), { recursive: true, force: true })
    await server.client.call('projects.add', { body: { name: 'lost' } })
    await rm(join(server.data, 'repositories'), { recursive: true })
    await assert.rejects(server.client.call('server.backup'), { code: 'process.failed' })
    assert.match((await seen()).failed?.problem ?? '', /git failed/)
    const line = (await server.client.call('server.checkup')).find(({ what }) => what === 'backups')
    assert.match(`${line?.state} ${line?.found}`, /^fail the newest is from .*; the last try failed: /)
    assert.match(await server.log(), /no backup could be taken/)
    const [fact] = await server.client.call('facts.list', { query: { kind: 'server.backup_failed' } })
    assert.equal(fact?.by, 'admin')
    assert.deepEqual(fact?.data, { reason: 'process.failed' }) // Not only admins read it: no path stands there.
    assert.deepEqual(await kept(), before)
  })
})

test('a backup is whole whatever goes on meanwhile, and there is only one at a time', limit, async (t) => {
  await using dir = await tempDir()
  const folder = join(dir.path, 'backups')
  await using server = await startServer({ flags: ['--backups', folder, '--backup-every', 'never'] })
  const shop = await project(server, 'shop')
  assertSucceeded(await shop.deployed(await shop.ship(app('shop', 'v0'), 'v0')))
  // Enough that a copy takes a while.
  const bulk = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [`bulk-${at}`, randomBytes(400_000).toString('hex')]),
  )
  assertSucceeded(await shop.deployed(await shop.ship({ ...app('shop', 'v1'), ...bulk }, 'v1')))

  await t.test(
    'pushed to and deployed while backups are taken: every one can be restored, and names what it has',
    async () => {
      const over = new AbortController()
      const pushing = (async () => {
        for (let at = 2; !over.signal.aborted; at += 1) await shop.ship(app('shop', `v${at}`), `v${at}`)
      })()
      const taken: string[] = []
      let slowest = 0
      for (let at = 0; at < 2; at += 1) {
        const backup = server.client.call('server.backup')
        const begun = performance.now()
        await server.client.call('status', { params: { project: 'shop' } })
        slowest = Math.max(slowest, performance.now() - begun)
        taken.push((await backup).name)
      }
      over.abort()
      await pushing
      assert.ok(slowest < 2_000, `somebody waited ${slowest} ms`)
      const key = join(server.data, 'secrets.key')
      for (const name of taken) {
        const data = join(dir.path, `restored-${name}`)
        const told = await cli(['restore', join(folder, name), '--data', data, '--key', key], { cwd: dir.path })
        assert.equal(told.code, 0, told.stderr)
        const db = openDatabase(join(data, 'signalbox.db'))
        const commits = db.all('SELECT after FROM events WHERE after IS NOT NULL').map(({ after }) => String(after))
        db.close()
        const repository = join(data, 'repositories', 'shop.git')
        for (const commit of commits) await shop.git('--git-dir', repository, 'cat-file', '-e', `${commit}^{commit}`)
      }
    },
  )

  await t.test('of two at once one is told to come again', async () => {
    const answers = await Promise.allSettled([server.client.call('server.backup'), server.client.call('server.backup')])
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['server_backup.busy'],
    )
  })

  await t.test(
    'kill -9 in the middle of one: none of it is taken for one, and the next start clears it away',
    async () => {
      const begun = () => namesIn(join(folder, 'files', 'unfinished'))
      const { backups } = await server.client.call('server.backups')
      await rm(join(folder, 'files'), { recursive: true })
      const taking = server.client.call('server.backup').catch(() => null)
      await waitFor('it to have begun', async () => (await begun()).length > 0)
      await server.kill('SIGKILL')
      await taking
      assert.equal((await readdir(folder)).filter((name) => name.endsWith('.json')).length, backups.length)
      await server.start()
      await waitFor('what it left to be gone', async () => (await begun()).length === 0)
      // Whoever clears it away holds the folder a little longer.
      const { name } = await waitFor('the next', () => server.client.call('server.backup').catch(() => null))
      await server.client.call('server.backup_verify', { params: { backup: name } })
    },
  )
})
