import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { silent } from '../src/lib/log.ts'
import { systemClock } from '../src/system/clock.ts'
import { type ChildResult, runChild, startChild } from '../src/system/process.ts'
import { localDriver } from '../src/targets/local/driver.ts'
import { tempDir } from './helpers/temp-dir.ts'
import { waitFor } from './helpers/wait-for.ts'

const root = join(import.meta.dirname, '..')
/** How this machine reaches the registry: whose certificates it trusts, through what it goes. */
const reaching = Object.entries(process.env).filter(([name]) =>
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no)_proxy|npm_config_(cafile|registry|https?.proxy))$/i.test(name),
)
const env = {
  ...Object.fromEntries(reaching),
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '/',
  NO_COLOR: '1',
  npm_config_update_notifier: 'false',
}

test('the packed program runs where it is installed, with nothing of the checkout', { timeout: 200_000 }, async (t) => {
  const folder = await tempDir()
  t.after(() => folder[Symbol.asyncDispose]())
  const tarball = await pack(t, folder.path)
  const empty = join(folder.path, 'empty')
  assert.deepEqual(
    parentsOf(empty).filter((each) => existsSync(join(each, 'node_modules'))),
    [],
    'would lend it packages',
  )
  await cp(join(root, 'examples/shop/app'), empty, { recursive: true })
  await writeFile(join(empty, 'package.json'), '{ "name": "empty", "private": true }\n')
  // A connection on which nothing comes any more is given up early: npm itself would sit there for five minutes.
  const impatient = ['--fetch-timeout=15000', '--fetch-retries=5', '--fetch-retry-mintimeout=1000']
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const install = ['npm', 'install', '--prefer-offline', ...impatient, ...quiet, tarball]
  assertOk(await run(t, empty, install))

  await t.test('version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    const result = await run(t, empty, ['node_modules/.bin/signalbox', 'version'])
    assertOk(result)
    assert.match(result.tail, new RegExp(`\\b${version.replaceAll('.', '\\.')}\\b`))
  })

  await t.test('validate, a good file and a bad one', async () => {
    assertOk(await run(t, empty, ['node_modules/.bin/signalbox', 'validate']))
    await writeFile(join(empty, 'signalbox.yml'), 'project: shop\nchekcs: {}\n')
    const bad = await run(t, empty, ['node_modules/.bin/signalbox', 'validate'])
    assert.equal(bad.exitCode, 2)
    assert.match(bad.tail, /signalbox\.yml:2:1[\s\S]*chekcs[\s\S]*checks/)
  })

  await t.test('the host is a program of its own', async () => {
    const result = await run(t, empty, ['node_modules/.bin/signalbox-host'])
    assert.equal(result.exitCode, 1)
    assert.match(result.tail, /usage: signalbox-host/)
  })

  await t.test('the server starts its host and its edge, and all of them end', async (t) => {
    const data = join(folder.path, 'data')
    const stop = new AbortController()
    const words = ['server', '--data', data, '--listen', '127.0.0.1:0', '--edge-listen', '127.0.0.1:0']
    const argv = ['node_modules/.bin/signalbox', ...words]
    const server = await startChild({ argv, cwd: empty, env, limitMs: 60_000, signal: stop.signal, keepGroup: true })
    const serving = await waitFor('the server to be up', () => servingIn(data), 30_000)
    t.after(() => shutDownHost(data, serving.edge))
    assert.equal((await fetch(serving.url)).status, 200)
    const edge = () => fetch(`http://${serving.edge}/`).catch(() => null) // not yet listening
    assert.equal((await waitFor('the edge to listen', edge)).status, 404)
    stop.abort()
    assert.equal((await server.result).exitCode, 0)
  })

  await t.test('nothing but what it needs is in the package', async () => {
    const package_ = join(empty, 'node_modules/signalbox')
    const files = await readdir(package_, { recursive: true })
    assert.deepEqual(
      files.filter((file) => /\.ts$|^dist\/.*\.test\.js$|^src|^test|^docs|^bench/.test(file)),
      [],
    )
    for (const file of [
      'dist/store/migrations/0001_init.sql',
      'dist/licences.txt',
      'examples/shop/history/v2.patch',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`)
    }
  })
})

test('the lock file has the packages of every platform', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock
  const wanted = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    path === '' ? [] : Object.keys(optionalDependencies),
  )
  const missing = wanted.filter((name) => !(`node_modules/${name}` in lock.packages))
  assert.deepEqual(missing, [], 'npm ci would refuse it; node bin/complete-lock.mjs adds them')
})

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>
}

async function pack(t: TestContext, into: string): Promise<string> {
  assertOk(await run(t, root, ['npm', 'pack', '--loglevel=error', '--pack-destination', into]))
  const [tarball] = (await readdir(into)).filter((name) => name.endsWith('.tgz'))
  return join(into, tarball ?? 'npm packed nothing')
}

function run(t: TestContext, cwd: string, argv: readonly string[]): Promise<ChildResult> {
  return runChild({ argv, cwd, env, limitMs: 120_000, signal: t.signal })
}

async function servingIn(data: string): Promise<{ readonly url: string; readonly edge: string } | null> {
  const path = join(data, 'server.json')
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')) : null
}

async function shutDownHost(data: string, listen: string): Promise<void> {
  const dir = join(data, 'host')
  const driver = localDriver({ dir, listen, artifactPath: (digest) => digest, clock: systemClock, log: silent })
  await driver.shutdown(0, AbortSignal.timeout(20_000))
}

function parentsOf(path: string): readonly string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...parentsOf(parent)]
}

function assertOk(result: ChildResult): void {
  assert.equal(result.exitCode, 0, result.tail)
}
