import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import type { EventView, RunView } from '../../src/api/views.ts'
import { noBubblewrap } from '../helpers/bubblewrap.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, type Project, project } from './stage.ts'

const run = promisify(execFile)

/** Pushes to a proposal of somebody from outside; gives the event that came of it. */
type Propose = (topic: string, files: Readonly<Record<string, string>>) => Promise<EventView>

const checks = {
  test: { steps: [{ run: 'sh ./check.sh' }], timeout: '2m' },
}

function files(external: string, more: object = {}) {
  const on = { push: { branches: ['main'] }, pull_request: { branches: ['main'], external } }
  return { ...app('shop', 'v1', { on, checks, ...more }), 'check.sh': 'echo checked' }
}

const limit = { timeout: 170_000 }

test('proposals from outside', { ...limit, skip: await noBubblewrap() }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const first = await shop.ship(files('approve'))
  assertSucceeded(await shop.deployed(first))
  await shop.sb(['secrets', 'set', 'DEPLOY_KEY=sesame-open-up'])
  const propose = await outsider(server, shop)

  await t.test(
    'X13 external_prs: approve — nothing at all is run before somebody approves that very commit',
    async () => {
      const event = await propose('typo', { 'check.sh': 'echo ran > ran; echo as proposed' })
      assert.match(event.because, /proposal for main from outside, once somebody has approved it/)
      const held = await runOf(server, event)
      assert.deepEqual([held.state, held.jobs.map(({ startedAt }) => startedAt)], ['waiting', [null]])
      assert.match((await shop.sb(['runs'])).stdout, new RegExp(`typo for main|signalbox approve ${held.id}`))
      const other = await shop.sb(['approve', held.id, '--commit', first], { wanted: 4 })
      assert.match(other.stderr, /not of the one you looked at/)
      const { stderr } = await shop.sb(['approve', held.id, '--commit', held.commit])
      assert.match(stderr, /`git fetch signalbox refs\/for\/main\/typo && git show FETCH_HEAD`/)
      const ended = await endOf(server, held.id)
      assert.equal(ended.outcome, 'succeeded', ended.reason ?? '')
      assert.match((await shop.sb(['logs', held.id])).stdout, /as proposed/)
    },
  )

  await t.test('a new push needs a new approval, and the run of the old commit is over (X13, G4)', async () => {
    const before = await runOf(server, await propose('later', { 'check.sh': 'echo one' }))
    const event = await propose('later', { 'check.sh': 'echo two' })
    const old = await endOf(server, before.id)
    assert.deepEqual([old.outcome, old.jobs[0]?.startedAt], ['aborted', null])
    assert.match(old.reason ?? '', /took its place/)
    await shop.sb(['approve', before.id, '--commit', before.commit], { wanted: 1 })
    const now = await runOf(server, event)
    assert.equal(now.state, 'waiting')
    await shop.sb(['reject', now.id, '--reason', 'not wanted'])
    assert.match((await endOf(server, now.id)).reason ?? '', /rejected by admin: not wanted/)
    assert.match((await shop.sb(['rerun', now.id], { wanted: 1 })).stderr, /nobody has approved it/)
  })

  await t.test(
    'the branch’s configuration judges a proposal, never its own; and no release comes of it (trap 21)',
    async () => {
      const own = JSON.stringify({
        project: 'shop',
        checks: { test: 'echo judged by itself' },
        app: { processes: { web: 'node web.js' } },
      })
      const event = await propose('own-rules', { 'signalbox.yml': own, 'check.sh': 'echo judged by main' })
      const held = await runOf(server, event)
      await shop.sb(['approve', held.id, '--commit', held.commit])
      const ended = await endOf(server, held.id)
      assert.deepEqual([ended.outcome, ended.jobs.map(({ name }) => name)], ['succeeded', ['test']])
      assert.match((await shop.sb(['logs', held.id])).stdout, /judged by main/)
      const releases = await server.client.call('releases.list', { params: { project: 'shop' } })
      assert.equal(
        releases.some(({ commit }) => commit === held.commit),
        false,
      )
      // The same commit in the branch is judged anew, by what it says itself.
      await run('git', ['push', '--quiet', '--force', await remoteOf(server), `${held.commit}:refs/heads/main`], {
        cwd: cloneOf(server),
      })
      const taken = await waitFor('the run on main', async () =>
        (await server.client.call('runs.list', { query: { project: 'shop' } })).find(
          ({ commit, branch }) => commit === held.commit && branch === 'main',
        ),
      )
      await endOf(server, taken.id)
      assert.match((await shop.sb(['logs', taken.id, '--job', 'test'])).stdout, /judged by itself/)
      await run('git', ['push', '--quiet', '--force', await remoteOf(server), `${first}:refs/heads/main`], {
        cwd: shop.path,
      })
    },
  )

  await t.test(
    'code from outside sees its workspace, and neither secrets, files, processes nor other networks than it may',
    async () => {
      const spy = [
        'echo "env: $(env | grep -c sesame || true)"',
        `echo "data: $(ls ${server.data} 2>/dev/null | wc -l)"`,
        'echo "above: $(ls ../.. 2>/dev/null | tr "\\n" " ")"',
        'echo "root: $(ls /root /home 2>/dev/null | wc -l)"',
        'echo "shadow: $(cat /etc/shadow 2>/dev/null | wc -l)"',
        'echo "others: $(cat /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n" | grep -c sesame || true)"',
        `echo "server: $(ls -d /proc/${server.pid} 2>/dev/null | wc -l)"`,
        'ln -sf /etc/passwd "$SIGNALBOX_OUTPUT" 2>/dev/null && echo "output replaced" || echo "output stays"',
        'rm -rf "$SIGNALBOX_OUTPUT" 2>/dev/null && echo "output gone" || echo "output kept"',
      ].join('\n')
      const held = await runOf(server, await propose('spy', { 'check.sh': spy }))
      await shop.sb(['approve', held.id, '--commit', held.commit])
      const ended = await endOf(server, held.id)
      const log = (await shop.sb(['logs', held.id])).stdout
      assert.equal(ended.outcome, 'succeeded', log)
      for (const line of [
        'env: 0',
        // The way to its own workspace, and nothing beside it.
        'data: 1',
        'root: 0',
        'shadow: 0',
        'others: 0',
        'server: 0',
        'output stays',
        'output kept',
      ])
        assert.match(log, new RegExp(`${line}$`, 'm'), log)
      assert.doesNotMatch(log, /above: .*(?:own|repositories|host)/)
    },
  )

  await t.test('a check that asks for a secret does not get it for a proposal, and says so (X13, C4)', async () => {
    const secret = { test: { steps: [{ run: 'sh ./check.sh' }], secrets: ['DEPLOY_KEY'] } }
    const sha = await shop.ship({ ...files('approve', { checks: secret }), version: 'v2' })
    assertSucceeded(await shop.deployed(sha))
    const held = await runOf(server, await propose('thief', { 'check.sh': 'echo $DEPLOY_KEY' }))
    await shop.sb(['approve', held.id, '--commit', held.commit])
    const ended = await endOf(server, held.id)
    assert.equal(ended.outcome, 'errored')
    assert.match(ended.reason ?? '', /gets no secrets, and this job asks for DEPLOY_KEY/)
  })

  await t.test(
    'X13 external_prs: sandboxed — it runs at once, and reaches no network, not even this machine’s',
    async () => {
      assertSucceeded(await shop.deployed(await shop.ship({ ...files('sandboxed'), version: 'v3' })))
      const port = new URL(server.serving.url).port
      const call = `node -e "fetch('http://127.0.0.1:${port}/healthz').then(() => console.log('reached'), () => console.log('no way'))"`
      const ended = await endOf(server, (await runOf(server, await propose('net', { 'check.sh': call }))).id)
      const log = (await shop.sb(['logs', ended.id])).stdout
      assert.equal(ended.outcome, 'succeeded', log)
      assert.match(log, /in a sandbox without a network[\s\S]*no way/)
    },
  )

  await t.test('X13 external_prs: deny — it is recorded, and nothing is run', async () => {
    assertSucceeded(await shop.deployed(await shop.ship({ ...files('deny'), version: 'v4' })))
    const event = await propose('denied', { 'check.sh': 'echo never' })
    assert.deepEqual([event.run, /external: deny/.test(event.because)], [null, true])
  })

  await t.test(
    'whoever may push to the branch proposes without being asked; an author’s name in a commit is nobody',
    async () => {
      assertSucceeded(await shop.deployed(await shop.ship({ ...files('approve'), version: 'v5' })))
      await shop.commit({ version: 'v6' }, 'by a writer')
      await shop.push('HEAD:refs/for/main/mine')
      const [event] = await server.client.call('events.list', { params: { project: 'shop' }, query: { limit: 1 } })
      assert.ok(event !== undefined)
      const trusted = await endOf(server, (await runOf(server, event)).id)
      assert.deepEqual([trusted.proposal?.trust, trusted.outcome], ['trusted', 'succeeded'])
      const forged = await runOf(server, await propose('forged', { version: 'as admin' }))
      assert.deepEqual([forged.proposal?.trust, forged.state], ['external', 'waiting'])
    },
  )
})

/** Somebody with a clone and a token that may contribute; their commits say they are by the admin. */
async function outsider(server: ServerUnderTest, shop: Project): Promise<Propose> {
  await server.client.call('accounts.add', { body: { name: 'mallory', grants: [{ role: 'contributor' }] } })
  const body = { name: 'mallory', account: 'mallory', scope: 'admin' } as const
  const { value } = await server.client.call('tokens.create', { body })
  const remote = (await remoteOf(server)).replace(/:\/\/[^@]*@/, `://mallory:${value}@`)
  const path = cloneOf(server)
  await run('git', ['clone', '--quiet', shop.path, path])
  await run('git', ['config', 'user.name', 'admin'], { cwd: path })
  await run('git', ['config', 'user.email', 'admin@example.org'], { cwd: path })
  return async (topic, changed) => {
    await run('git', ['fetch', '--quiet', shop.path, 'HEAD'], { cwd: path })
    await run('git', ['reset', '--quiet', '--hard', 'FETCH_HEAD'], { cwd: path })
    for (const [name, content] of Object.entries(changed)) await writeFile(join(path, name), content)
    await run('git', ['add', '--all'], { cwd: path })
    await run('git', ['commit', '--quiet', '--message', `${topic}: ${Object.keys(changed).join(' ')}`], { cwd: path })
    await run('git', ['push', '--quiet', '--force', remote, `HEAD:refs/for/main/${topic}`], { cwd: path })
    const [event] = await server.client.call('events.list', { params: { project: 'shop' }, query: { limit: 1 } })
    assert.ok(event !== undefined)
    assert.deepEqual([event.ref, event.by], [`refs/for/main/${topic}`, 'mallory'])
    return event
  }
}

function cloneOf(server: ServerUnderTest): string {
  return join(server.data, '..', 'clone')
}

async function remoteOf(server: ServerUnderTest): Promise<string> {
  const token = (await readFile(server.serving.tokenFile, 'utf8')).trim()
  return `${server.serving.url.replace('://', `://admin:${token}@`)}/git/shop.git`
}

async function runOf(server: ServerUnderTest, event: EventView): Promise<RunView> {
  assert.ok(event.run !== null, event.because)
  return await server.client.call('runs.show', { params: { run: event.run } })
}

async function endOf(server: ServerUnderTest, id: string): Promise<RunView> {
  return await waitFor(`the end of ${id}`, async () => {
    const now = await server.client.call('runs.show', { params: { run: id } })
    return now.state === 'finished' ? now : null
  })
}
