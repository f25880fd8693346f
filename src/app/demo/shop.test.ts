import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { systemClock } from '../../system/clock.ts'
import { type ChildResult, runChild, runText, startChild } from '../../system/process.ts'
import { startLoad } from './load.ts'
import { makeShop, type ShopVersion, shopVersions } from './shop.ts'
import { shopMix } from './shop-mix.ts'

const env = { PATH: process.env.PATH ?? '' }

test('the history is the same wherever and whenever it is made', async (t) => {
  const first = await shop(t)
  const second = await shop(t)
  assert.deepEqual(first.commits, second.commits)
  assert.deepEqual(
    first.commits.map(({ version }) => version),
    shopVersions,
  )
  assert.deepEqual(
    first.commits.map(({ title }) => title),
    ['Open the shop', 'Wrap orders as gifts', 'Confirm every order by mail', 'Take a tenth off from five pieces on'],
  )
  assert.equal(await first.git('status', '--porcelain', '--ignored'), '')
})

test('the tests of v1, v2 and v3 pass; exactly one of v4 fails', async (t) => {
  const made = await shop(t)
  const results = await Promise.all(shopVersions.map((version) => tests(made, version)))
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    [0, 0, 0, 1],
    results.map(({ tail }) => tail).join('\n'),
  )
  assert.match(results[3]?.tail ?? '', /a total is whole cents/)
})

test('v2 migrates the database of v1, and v1 still takes orders with it', async (t) => {
  const made = await shop(t)
  const v1 = await made.checkout('v1')
  const v2 = await made.checkout('v2')
  const database = join(v1, 'data', 'shop.db')
  await node(v1, ['bin/migrate.js'])
  await node(v2, ['bin/migrate.js'], { SHOP_DATABASE: database })
  const order = `
    import { openDatabase } from './src/database.js'
    import { placeOrder } from './src/orders.js'
    console.log(placeOrder(openDatabase(${JSON.stringify(database)}), { product: 1, quantity: 1 }).id)`
  const eval_ = ['--input-type=module', '--eval', order]
  assert.equal(await node(v1, eval_), '1\n')
  assert.equal(await node(v2, eval_), '2\n')
})

test('v2 becomes healthy, v3 says what it waits for and does not', async (t) => {
  const made = await shop(t)
  assert.equal((await health(t, await made.checkout('v2'))).status, 200)
  const v3 = await health(t, await made.checkout('v3'))
  assert.equal(v3.status, 503)
  assert.match(v3.output, /waiting for SHOP_MAIL_RELAY/)
})

test('visitors of every kind are answered, and told the release', async (t) => {
  const made = await shop(t)
  const web = await startWeb(t, await made.checkout('v1'))
  const plan = { host: '127.0.0.1', port: web.port, mix: shopMix, ratePerS: 100, durationMs: 1000, timeoutMs: 5000 }
  await using load = startLoad(plan, systemClock)
  await load.ended
  const report = load.report()
  assert.deepEqual(report.failed, [])
  assert.deepEqual(
    report.releases.map(({ release, requests }) => ({ release, requests })),
    [{ release: '1.0.0', requests: 100 }],
  )
  assert.match(await web.stop(), /web stopped/)
})

interface MadeShop {
  readonly commits: Awaited<ReturnType<typeof makeShop>>
  git(...words: string[]): Promise<string>
  checkout(version: ShopVersion): Promise<string>
}

async function shop(t: TestContext): Promise<MadeShop> {
  const folder = await tempDir()
  t.after(() => folder[Symbol.asyncDispose]())
  const directory = join(folder.path, 'main')
  const commits = await makeShop({ directory, path: env.PATH, signal: t.signal })
  const git = (...words: string[]) =>
    runText({ argv: ['git', '-C', directory, ...words], env, limitMs: 20_000, signal: t.signal })
  const checkout = async (version: ShopVersion) => {
    const path = join(folder.path, version)
    const sha = commits.find((commit) => commit.version === version)?.sha ?? ''
    await git('worktree', 'add', '--quiet', '--detach', path, sha)
    return path
  }
  return { commits, git, checkout }
}

async function tests(made: MadeShop, version: ShopVersion): Promise<ChildResult> {
  const cwd = await made.checkout(version)
  const { signal } = new AbortController()
  return runChild({ argv: ['node', '--test', '--test-reporter=dot'], cwd, env, limitMs: 60_000, signal })
}

function node(cwd: string, words: readonly string[], more: Record<string, string> = {}): Promise<string> {
  const { signal } = new AbortController()
  return runText({ argv: ['node', ...words], cwd, env: { ...env, ...more }, limitMs: 20_000, signal })
}

async function health(t: TestContext, cwd: string): Promise<{ status: number; output: string }> {
  const web = await startWeb(t, cwd)
  const { status } = await fetch(`http://127.0.0.1:${web.port}/healthz`)
  return { status, output: await web.stop() }
}

/** Builds, migrates and starts the web process; waits until it listens. */
async function startWeb(t: TestContext, cwd: string) {
  await node(cwd, ['bin/build.js'])
  await node(cwd, ['bin/migrate.js'])
  const stop = new AbortController()
  t.after(() => stop.abort())
  const listens = Promise.withResolvers<number>()
  let output = ''
  const web = await startChild({
    argv: ['node', 'bin/web.js'],
    cwd,
    env: { ...env, PORT: '0' },
    limitMs: 30_000,
    signal: stop.signal,
    stdout: (bytes) => {
      output += Buffer.from(bytes).toString('utf8')
      const port = /"port":(\d+)/.exec(output)
      if (port !== null) listens.resolve(Number(port[1]))
    },
  })
  const end = async () => {
    stop.abort()
    await web.result
    return output
  }
  return { port: await listens.promise, stop: end }
}
