import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { readManifest, writeManifest } from '../../src/config/manifest.ts'
import type { ServerBackup } from '../../src/domain/server-backup.ts'
import { layoutOf } from '../../src/host/layout.ts'
import { redactor } from '../../src/lib/redact.ts'
import { openDatabase } from '../../src/store/database.ts'
import { Facts } from '../../src/store/facts.ts'
import { Meta } from '../../src/store/meta.ts'
import { openSecretBox } from '../../src/system/secrets.ts'
import { type CliResult, cli } from '../helpers/cli.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { killAtPath, noStrace } from '../helpers/strace.ts'
import { type TempDir, tempDir } from '../helpers/temp-dir.ts'
import { noTmpfs, tmpfs, tmpfsAt } from '../helpers/tmpfs.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, webProcess } from './app.ts'
import { assertSucceeded, type Project, project, visit, visitors } from './stage.ts'

const limit = { timeout: 170_000 }
const secret = 'canary-e8f2/Ab+9='

/** A server with a project, a release, a secret and a backup, stopped since; and what somebody does on its machine. */
class Disaster implements AsyncDisposable {
  readonly dir: TempDir
  readonly server: ServerUnderTest
  readonly shop: Project
  readonly name: string

  constructor(dir: TempDir, server: ServerUnderTest, shop: Project, name: string) {
    this.dir = dir
    this.server = server
    this.shop = shop
    this.name = name
  }

  static async begin(more: Readonly<Record<string, string>> = {}): Promise<Disaster> {
    const dir = await tempDir()
    const flags = ['--backups', join(dir.path, 'backups'), '--backup-every', 'never']
    const server = await startServer({ flags })
    const shop = await project(server, 'shop')
    await shop.sb(['env', 'set', 'staging', 'API_KEY=-', '--secret'], { input: `${secret}\n` })
    const files = { ...app('shop', 'v1', { app: { variables: { API_KEY: 'secret' } } }), ...more }
    assertSucceeded(await shop.deployed(await shop.ship(files, 'v1')))
    const { name } = (await shop.sb(['backup', '--json'])).json<{ name: string }>()
    return new Disaster(dir, server, shop, name)
  }

  get backups(): string {
    return join(this.dir.path, 'backups')
  }

  restore(data: string, ...words: readonly string[]): Promise<CliResult> {
    return this.restoreFrom(join(this.backups, this.name), data, words)
  }

  restoreFrom(
    backup: string,
    data: string,
    words: readonly string[],
    wrap: readonly string[] = [],
  ): Promise<CliResult> {
    return cli(['restore', backup, '--data', data, ...words], { cwd: this.dir.path, wrap })
  }

  /** A folder of backups of its own, whose manifest is another one. */
  async changed(change: (backup: ServerBackup) => unknown): Promise<string> {
    const folder = join(this.dir.path, `changed-${(await readdir(this.dir.path)).length}`)
    await cp(this.backups, folder, { recursive: true })
    const found = readManifest(await readFile(join(folder, `${this.name}.json`), 'utf8'))
    assert.ok('backup' in found)
    await writeFile(join(folder, `${this.name}.json`), writeManifest(change(found.backup) as ServerBackup))
    return join(folder, this.name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.dir[Symbol.asyncDispose]()
  }
}

function factsIn(data: string) {
  const db = openDatabase(join(data, 'signalbox.db'))
  try {
    const facts = new Facts(db)
    return { broken: facts.verify(), newest: facts.newest(1)[0] }
  } finally {
    db.close()
  }
}

async function everything(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).sort()
}

test('a server is restored on a machine that knows nothing of it', limit, async (t) => {
  await using it = await Disaster.begin()
  const { dir, server } = it
  const key = join(server.data, 'secrets.key')
  await server.kill('SIGTERM')

  await t.test('no secret of it can be read in a backup', async () => {
    const kept = await Promise.all(
      (await readdir(it.backups, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    )
    const identity = /AGE-SECRET-KEY-\S+/.exec(await readFile(key, 'utf8'))?.[0] ?? 'none'
    const token = (await readFile(server.serving.tokenFile, 'utf8')).trim()
    const redact = redactor([secret, identity, token])
    assert.notEqual(
      redact.text(`.${Buffer.from(secret).toString('base64')}`),
      `.${Buffer.from(secret).toString('base64')}`,
    )
    assert.deepEqual(
      kept.filter((text) => redact.text(text) !== text),
      [],
    )
  })

  await t.test('without the key, or with another, it is refused and nothing is made', async () => {
    const data = join(dir.path, 'refused')
    const without = await it.restore(data)
    assert.equal(without.code, 1)
    assert.match(without.stderr, /need the key age1\S+, and there is none at .*refused\/secrets\.key/)
    const other = join(dir.path, 'other.key')
    await openSecretBox(other)
    assert.match((await it.restore(data, '--key', other)).stderr, /does not open the secrets in the backup/)
    assert.match((await it.restore(data, '--key', join(dir.path, 'none'))).stderr, /There is no file/)
    await assert.rejects(stat(data), { code: 'ENOENT' })
  })

  await t.test('all of it comes back: it starts, the app serves, and secrets are read', async () => {
    const data = join(dir.path, 'restored')
    const told = await it.restore(data, '--key', key)
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stdout, /Next:\n {2}signalbox server --data \S+restored/)
    assert.doesNotMatch(told.stdout, /^before/m)
    assert.equal((await stat(join(data, 'secrets.key'))).mode & 0o777, 0o600)
    assert.deepEqual(factsIn(data).broken, null)
    const { newest } = factsIn(data)
    assert.deepEqual([newest?.kind, newest?.subject], ['server.restored', it.name])
    await copyFile(server.serving.tokenFile, join(data, 'admin-token'))
    await using back = await startServer({ data })
    const shop = await project(back, 'shop', true)
    await shop.git('pull', '--quiet', `${join(data, 'repositories')}/shop.git`, 'main')
    assert.equal(await waitForVisit(back, 'staging.shop.test', '/env/API_KEY'), secret)
    const files = app('shop', 'v2', { app: { variables: { API_KEY: 'secret' } } })
    assertSucceeded(await shop.deployed(await shop.ship(files, 'v2')))
    assert.equal((await shop.sb(['audit', 'verify'])).code, 0)
  })

  await t.test('with the key lost all the rest comes back', async () => {
    const data = join(dir.path, 'keyless')
    const told = await it.restore(data, '--without-key')
    assert.equal(told.code, 0, told.stderr)
    assert.match(told.stdout, /secrets cannot be read; set them anew/)
  })

  await t.test('a folder in which there is something is left alone, unless it is to be replaced', async () => {
    const data = join(dir.path, 'occupied')
    await mkdir(data, { mode: 0o755 })
    await writeFile(join(data, 'mine'), 'mine')
    assert.match((await it.restore(data, '--key', key)).stderr, /There is something in/)
    assert.deepEqual(await everything(data), ['mine'])
    assert.equal((await stat(data)).mode & 0o777, 0o755)
    const before = await everything(join(server.data, 'repositories'))
    const told = await it.restore(server.data, '--replace')
    assert.equal(told.code, 0, told.stderr)
    const aside = /(\S+before-restore-\S+),/.exec(told.stdout)?.[1] ?? ''
    assert.deepEqual((await readdir(aside)).filter((name) => !/-(wal|shm)$/.test(name)).sort(), [
      'artifacts',
      'logs',
      'repositories',
      'signalbox.db',
    ])
    assert.deepEqual(await everything(join(aside, 'repositories')), before)
    await stat(join(server.data, 'host', 'tracks'))
  })

  await t.test('where a part is a file system of its own it is refused before anything is moved', async (t) => {
    const skip = await noTmpfs()
    if (skip) return t.skip(skip)
    const data = join(dir.path, 'mounted')
    await using _ = await tmpfsAt(join(data, 'artifacts'), '1m')
    const refused = await it.restore(data, '--key', key, '--replace')
    assert.match(refused.stderr, /artifacts is a file system of its own/)
    assert.deepEqual(
      (await readdir(data)).filter((name) => !name.startsWith('server.')),
      ['artifacts'],
    )
  })

  await t.test('a server that is at work is never touched', async () => {
    await server.start()
    const refused = await it.restore(server.data, '--replace')
    assert.match(refused.stderr, new RegExp(`process ${server.pid}\\b`))
    assert.equal(refused.code, 1)
    await server.kill('SIGTERM')
  })
})

async function waitForVisit(server: ServerUnderTest, host: string, path: string): Promise<string> {
  return await waitFor('the app to answer', async () => {
    const answer = await visit(server, host, path).catch(() => '')
    return answer === secret ? answer : null
  })
}

test('what is no backup, or not a whole one, is refused, and nothing is left of the try', limit, async (t) => {
  await using it = await Disaster.begin()
  await it.server.kill('SIGTERM')
  const key = join(it.server.data, 'secrets.key')
  const data = join(it.dir.path, 'restored')
  const refused = async (backup: string, words: RegExp) => {
    const answer = await it.restoreFrom(backup, data, ['--key', key])
    assert.match(answer.stderr, words)
    assert.notEqual(answer.code, 0)
    const left = await readdir(data).catch(() => [])
    assert.deepEqual(
      left.filter((name) => !name.startsWith('server.')),
      [],
    )
  }
  const same = (backup: ServerBackup) => backup

  await t.test('another file, a folder, a name that is none', async () => {
    await refused('/etc/passwd', /There is no backup passwd in \/etc/)
    await refused(it.backups, /There is no backup/)
    await refused(join(it.backups, '2020-01-01T00-00-00.000Z'), /There is no backup/)
    const named = join(it.dir.path, '2020-01-01T00-00-00.000Z')
    await writeFile(`${named}.json`, '{"hello": 1}')
    await refused(named, /damaged: it is not the manifest of a backup/)
    await copyFile(join(it.backups, `${it.name}.json`), `${named}.json`)
    await refused(named, /damaged: it is the manifest of /)
  })

  await t.test('a manifest cut off, or with names that lead elsewhere', async () => {
    const cut = await it.changed(same)
    await truncate(`${cut}.json`, 500)
    await refused(cut, /not the manifest/)
    const evil = { sha256: 'a'.repeat(64), bytes: 1, modifiedAt: 1 }
    for (const path of ['../../evil', '/tmp/evil', 'a/../../b'])
      await refused(await it.changed((backup) => ({ ...backup, logs: [{ ...evil, path }] })), /damaged: logs\.0\.path/)
  })

  await t.test('a newer schema', async () => {
    await refused(
      await it.changed((backup) => ({ ...backup, schema: 9_999 })),
      /whose schema is 9999; this program knows/,
    )
  })

  await t.test('a file that is gone, cut off, changed, or a link to another', async () => {
    const found = readManifest(await readFile(join(it.backups, `${it.name}.json`), 'utf8'))
    assert.ok('backup' in found)
    const { database, artifacts, repositories, logs } = found.backup
    const files = [database, artifacts[0], repositories[0]?.bundle, logs?.[0]].flatMap((file) => (file ? [file] : []))
    assert.equal(files.length, 4)
    const ways = [
      (path: string) => rm(path),
      (path: string) => truncate(path, 20),
      async (path: string) => {
        await rm(path)
        await symlink('/etc/hostname', path)
      },
      async (path: string) => {
        const content = await readFile(path)
        content[content.length >> 1] = (content[content.length >> 1] ?? 0) ^ 0x20
        await writeFile(path, content)
      },
    ]
    for (const [at, { sha256 }] of files.entries()) {
      const backup = await it.changed(same)
      await ways[at]?.(join(backup, '..', 'files', 'sha256', sha256.slice(0, 2), sha256))
      await refused(backup, /is damaged: /)
    }
  })

  await t.test('the same folder takes a whole one after all that', async () => {
    const told = await it.restore(data, '--key', key)
    assert.equal(told.code, 0, told.stderr)
  })
})

test('a full disk keeps a restore and a backup from happening, and leaves no half of one', {
  ...limit,
  skip: await noTmpfs(),
}, async () => {
  await using it = await Disaster.begin({ large: randomBytes(4_000_000).toString('base64') })
  await it.server.kill('SIGTERM')
  await using small = await tmpfs('8m')
  const key = join(it.server.data, 'secrets.key')
  const answer = await it.restore(join(small.path, 'data'), '--key', key)
  assert.equal(answer.code, 28, answer.stderr)
  assert.deepEqual(
    (await readdir(join(small.path, 'data'))).filter((name) => !name.startsWith('server.')),
    [],
  )
  // The repository's file does not fit, and then, with less space, nothing does.
  const words = ['--data', it.server.data, '--backups', join(small.path, 'backups')]
  for (const isFull of [false, true]) {
    if (isFull) await small.fill()
    const backup = await cli(['backup', ...words], { cwd: it.dir.path })
    assert.equal(backup.code, 28, backup.stderr)
    const left = (await everything(small.path)).filter((path) => /\.json|sha256\/..\/./.test(path))
    assert.deepEqual(left, [])
  }
})

const steps = (data: string) =>
  [
    ['mkdir', join(data, 'restoring', 'repositories')],
    ['rename', join(data, 'restoring', 'signalbox.db')],
    ['rename', join(data, 'repositories')],
    ['rename', join(data, 'restoring', 'artifacts')],
    ['rename', join(data, 'restoring', 'logs', 'jobs')],
    ['unlink', join(data, 'restoring.json')],
  ] as const

test('kill -9 at any step of a restore: nothing has happened or all of it, and a second try works', {
  ...limit,
  skip: await noStrace(),
}, async (t) => {
  await using it = await Disaster.begin()
  const { server } = it
  await server.kill('SIGTERM')
  await chmod(server.data, 0o700)
  for (const [call, path] of steps(server.data)) {
    await t.test(`before ${call} of ${path.slice(server.data.length + 1)}`, async () => {
      const before = factsIn(server.data).newest
      const killed = await it.restoreFrom(join(it.backups, it.name), server.data, ['--replace'], killAtPath(call, path))
      assert.notEqual(killed.code, 0, 'it was killed')
      // Until the first is put in place, what was there is all there is.
      if (call === 'mkdir') assert.equal(factsIn(server.data).newest?.hash, before?.hash)
      const again = await it.restore(server.data, '--replace')
      assert.equal(again.code, 0, again.stderr)
      const { broken, newest } = factsIn(server.data)
      assert.deepEqual([broken, newest?.kind], [null, 'server.restored'])
      assert.ok((newest?.at ?? 0) >= (before?.at ?? 0))
      assert.deepEqual(
        (await readdir(server.data)).filter((name) => name.startsWith('restoring')),
        [],
      )
      for (const name of ['signalbox.db', 'repositories/shop.git/HEAD', 'artifacts/sha256', 'logs/jobs'])
        await stat(join(server.data, name))
    })
  }
  await t.test('a server that is started after it carries the restore to its end', async () => {
    const [, , [call, path]] = steps(server.data) as unknown as [unknown, unknown, readonly ['rename', string]]
    await it.restoreFrom(join(it.backups, it.name), server.data, ['--replace'], killAtPath(call, path))
    await server.start()
    assert.match(await server.log(), /carried a restore to its end/)
    assert.equal((await server.client.call('projects.list')).length, 1)
  })
})

test(
  'an old backup is restored while something newer runs: it is told and kept, nothing is done twice, and no visitor notices',
  limit,
  async (t) => {
    await using it = await Disaster.begin()
    const { server, shop } = it
    const host = 'staging.shop.test'
    const files = (version: string) => app('shop', version, { app: { variables: { API_KEY: 'secret' } } })
    for (const version of ['v2', 'v3', 'v4', 'v5', 'v6'])
      assertSucceeded(await shop.deployed(await shop.ship(files(version), version)))
    const before = await shop.deployments()
    const [newest] = before
    const told = async () => (await server.client.call('status', { params: { project: 'shop' } }))[0]
    const running = (await told())?.running?.instances.map(({ name, pid }) => [name, pid])
    await using load = visitors(server, host)
    await server.kill('SIGKILL')
    const restored = await it.restore(server.data, '--replace')
    assert.equal(restored.code, 0, restored.stderr)
    await server.start()

    await t.test('what really runs is adopted, under the release that it is, which nobody knows any more', async () => {
      const track = await waitFor('the first look', async () => {
        const now = await told()
        return now?.desired?.deployment === newest?.id ? now : null
      })
      assert.equal(track.desired?.release.version, newest?.release.version)
      assert.deepEqual(
        track.running?.instances.map(({ name, pid }) => [name, pid]),
        running,
      )
      const facts = await server.client.call('facts.list', { query: { project: 'shop', kind: 'track' } })
      const adopted = facts.find(({ kind }) => kind === 'track.adopted')
      assert.equal(adopted?.data.name, `unknown release ${newest?.release.version}`)
      assert.ok(!facts.some(({ kind }) => kind === 'track.drifted'))
      assert.equal(await visit(server, host), await visit(server, host))
      const [release] = await server.client.call('releases.list', { params: { project: 'shop' } })
      assert.match(release?.title ?? '', /^unknown release/)
    })

    await t.test('the record says from when on it is silent, holds, and no event was run again', async () => {
      const facts = await server.client.call('facts.list', { query: { kind: 'server.restored' } })
      assert.deepEqual(
        facts.map(({ subject }) => subject),
        [it.name],
      )
      assert.match((await shop.sb(['audit', 'verify'])).stdout, /holds|whole|ok/i)
      const runs = await server.client.call('runs.list', { query: { project: 'shop' } })
      assert.deepEqual(
        runs.map(({ id, outcome }) => [id, outcome]),
        [['r1', 'succeeded']],
      )
      assert.equal((await shop.deployments()).length, 1)
    })

    await t.test('the epoch is above every number that the target has seen', async () => {
      const seen = JSON.parse(
        await readFile(join(layoutOf(join(server.data, 'host')).track('shop/shop/staging'), 'fence.json'), 'utf8'),
      )
      const db = openDatabase(join(server.data, 'signalbox.db'))
      const epoch = new Meta(db).read('epoch')
      db.close()
      assert.ok(epoch > before.length && JSON.stringify(seen).includes('shop/shop/staging'))
      const number = /"number":(\d+)/.exec(JSON.stringify(seen))?.[1]
      assert.ok(Number(number) >= epoch, 'the first look has a number of the new epoch')
    })

    await t.test('a deployment that fails goes back to it', async () => {
      const broken = { variables: { API_KEY: 'secret' }, processes: { web: { ...webProcess, command: 'false' } } }
      const failed = await shop.deployed(await shop.ship(app('shop', 'bad', { app: broken }), 'bad'))
      assert.deepEqual([failed.outcome, failed.rolledBack], ['failed', true])
      assert.deepEqual(
        (await told())?.running?.instances.map(({ name, pid }) => [name, pid]),
        running,
      )
    })

    await t.test('the next deployment takes its place, under a number that nobody has seen', async () => {
      const next = await shop.deployed(await shop.ship(files('v7'), 'v7'))
      assertSucceeded(next)
      assert.ok(Number(next.id.slice(1)) > 1_000, next.id)
      const names = (await told())?.running?.instances.map(({ name }) => name)
      assert.deepEqual(names, [`${next.id}-web-1`])
    })
    const report = await load.finish()
    assert.deepEqual(report.failed, [])
    assert.ok(report.sent > 100)
  },
)
