import assert from 'node:assert/strict'
import test from 'node:test'
import { apiClient } from '../../src/api/client.ts'
import type { OneOffView } from '../../src/api/views.ts'
import { Fault } from '../../src/lib/fault.ts'
import { systemClock } from '../../src/system/clock.ts'
import { findByMarks } from '../../src/system/proc.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { atTerminal } from '../helpers/terminal.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production } from './app.ts'
import { assertSucceeded, project } from './stage.ts'

const secret = 'hunter2-correct-horse'
const commands = {
  ask: 'echo "size $(stty size)"; read -r answer; echo "answer $answer"; exit 7',
  wipe: { command: 'echo wiped', destructive: true },
}

test('consoles at a real terminal', { timeout: 170_000 }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const environments = {
    staging: { hosts: 'staging.shop.test', on: { push: 'main' }, protection: { approvals: 0 } },
    production: production('shop'),
  }
  await shop.sb(['env', 'set', 'staging', '--secret', 'TOKEN=-'], { input: secret })
  const commit = await shop.ship(app('shop', 'v1', { app: { commands }, environments }))
  assertSucceeded(await shop.deployed(commit))
  const sit = async (...words: string[]) =>
    await atTerminal(['--project', 'shop', 'console', ...words], { cwd: shop.path, env: await shop.login() })
  const newest = async () => (await shop.sb(['one-offs', 'staging', '--json'])).json<OneOffView[]>()[0] as OneOffView

  // Its half minute goes by while the others are looked at.
  await using lost = await sit('staging')
  await lost.sees(/[#$] $/)
  lost.type('sleep 600 & sleep 601\r')
  await lost.sees(/sleep 601\r\n/)
  const { id: lostId } = await newest()
  await lost.kill()

  await t.test(
    'a shell in the release that is live: keys, Ctrl-C, Ctrl-D, the size of the window, and the exit code',
    async () => {
      await using desk = await sit('staging')
      await desk.sees(/[#$] $/)
      desk.type('cat version; stty size; echo $TERM $SIGNALBOX_PROCESS\r')
      await desk.sees(/v140 100\r\nxterm-256color run\r\n/)
      await desk.resize(33, 77)
      desk.type('sleep 600\r')
      await desk.sees(/sleep 600\r\n/)
      desk.type('\x03')
      await desk.sees(/\^C/)
      desk.type('stty size; (exit 3)\r')
      await desk.sees(/33 77\r\n/)
      desk.type('\x04')
      assert.equal(await desk.code, 3)
      const { command, outcome, exitCode, console } = await newest()
      assert.deepEqual([command, outcome, exitCode, console], [['/bin/sh'], 'failed', 3, true])
    },
  )

  await t.test('what stood on the screen is its log: secrets masked, what would paint spelled out', async () => {
    await using desk = await sit('staging')
    await desk.sees(/[#$] $/)
    desk.type('echo "is $TOKEN"; printf "\\033[2Jblank\\033]0;title\\007\\n"; stty -echo; echo quiet $((1 + 1))\r')
    await desk.sees(/quiet 2/)
    desk.type('read -r typed\r')
    desk.type('unseen password\r')
    desk.type('echo "it has $(echo $typed | wc -c) characters"; exit\r')
    assert.equal(await desk.code, 0)
    assert.match(desk.screen, /is \*\*\*/)
    const { stdout } = await shop.sb(['logs', (await newest()).id])
    for (const told of [desk.screen, stdout]) assert.ok(!told.includes(secret))
    assert.match(stdout, /is \*\*\*/)
    assert.match(stdout, /it has 16 characters/)
    await using reader = await atTerminal(['--project', 'shop', 'logs', (await newest()).id], {
      cwd: shop.path,
      env: await shop.login(),
    })
    assert.equal(await reader.code, 0)
    assert.match(reader.screen, /\\x1b\[2Jblank\\x1b\]0;title\\x07/)
    assert.ok(!reader.screen.includes('\x1b[2J'))
    assert.ok(!stdout.includes('unseen password'), 'typed without echo, it is not recorded')
  })

  await t.test('a command with a name, and on an instance with what that sees', async () => {
    await using desk = await sit('staging', '--name', 'ask')
    await desk.sees(/size 40 100/)
    desk.type('yes\r')
    assert.equal(await desk.code, 7)
    assert.match(desk.screen, /answer yes/)
    const instance = (await shop.sb(['run', 'staging', '--all', '--', 'printenv', 'SIGNALBOX_INSTANCE'])).stdout.trim()
    assert.match(instance, /^d\d+-web-1$/)
    await using other = await sit('staging', '--instance', instance, '--', 'sh', '-c', 'echo I am $SIGNALBOX_INSTANCE')
    assert.equal(await other.code, 0)
    assert.match(other.screen, new RegExp(`I am ${instance}`))
    await using refused = await sit('staging', '--name', 'wipe')
    assert.equal(await refused.code, 4)
    assert.match(refused.screen, /wipe is destructive/)
  })

  await t.test('without a terminal, or with --json, it is refused and names what to use', async () => {
    assert.match((await shop.sb(['console', 'staging'], { wanted: 2 })).stderr, /standard input.*signalbox run/s)
    await using desk = await sit('staging', '--json')
    assert.equal(await desk.code, 2)
    assert.match(desk.screen, /--json is for programs/)
  })

  await t.test(
    'where the environment wants approvals it waits for a yes; whoever leaves takes the wish back',
    async () => {
      await waitFor(
        'production to wait',
        async () => (await shop.sb(['status', 'production', '--json'])).json<{ waiting: string[] }[]>()[0]?.waiting[0],
      )
      await shop.sb(['approve', 'production', '--yes', '--wait'])
      await using desk = await sit('production', '--limit', '5m')
      await desk.sees(/signalbox approve o\d+ --plan [0-9a-f]{64}/)
      const [, id = '', plan = ''] = /approve (o\d+) --plan ([0-9a-f]{64})/.exec(desk.screen) ?? []
      assert.match(desk.screen, /console +\/bin\/sh/)
      await shop.sb(['approve', id, '--plan', plan])
      desk.type('exit 0\r')
      assert.equal(await desk.code, 0)
      await using leaver = await sit('production')
      await leaver.sees(/signalbox approve o\d+/)
      leaver.type('\x03')
      assert.equal(await leaver.code, 130)
      const [, other = ''] = /approve (o\d+)/.exec(leaver.screen) ?? []
      assert.match((await endOf(server, other)).reason ?? '', /cancelled by admin/)
    },
  )

  await t.test('its opening and its end are facts', async () => {
    const all = (await shop.sb(['one-offs', 'staging', '--name', 'ask', '--json'])).json<OneOffView[]>()
    const facts = await server.client.call('facts.list', { query: { subject: all[0]?.id, after: 0 } })
    const told = facts.map(({ kind, data }) => `${kind} ${data.console} ${data.exitCode}`)
    const opened = ['one_off.started true undefined', 'one_off.requested true undefined']
    assert.deepEqual(told, [...opened, 'one_off.finished true 7'])
  })

  await t.test('a program that prints without end is held back, and Ctrl-C ends it', async () => {
    await using desk = await sit('staging')
    await desk.sees(/[#$] $/)
    desk.type('yes abcdefgh\r')
    await desk.sees(/(abcdefgh\r\n){1000}/)
    desk.type('\x03')
    await desk.sees(/\^C/)
    desk.type('exit 9\r')
    assert.equal(await desk.code, 9)
  })

  await t.test('nobody but who opened it types into it', async () => {
    await using desk = await sit('staging')
    await desk.sees(/[#$] $/)
    const { id } = await newest()
    await server.client.call('accounts.add', { body: { name: 'eve', grants: [{ role: 'admin' }] } })
    const body = { name: 'eve', account: 'eve', scope: 'admin', forMs: 600_000 } as const
    const made = await server.client.call('tokens.create', { body })
    const eve = apiClient({ url: server.serving.url, token: made.value, clock: systemClock, signal: t.signal })
    const params = { oneOff: id }
    const typed = Buffer.from('touch data/eve\r').toString('base64')
    await assert.rejects(eve.call('consoles.type', { params, body: { number: 1_000, typed } }), isNotYours)
    await assert.rejects(eve.follow('consoles.watch', { params }).next(), isNotYours)
    desk.type('ls data; exit\r')
    assert.equal(await desk.code, 0)
    assert.doesNotMatch(desk.screen, /eve/)
  })

  await t.test('one that is cancelled ends, and its terminal is given back', async () => {
    await using desk = await sit('staging')
    await desk.sees(/[#$] $/)
    await shop.sb(['cancel', (await newest()).id])
    assert.equal(await desk.code, 130)
    assert.match(desk.screen, /cancelled by admin/)
  })

  await t.test('a connection that is gone ends it after half a minute, with all that ran in it', async () => {
    const { reason, startedAt, finishedAt } = await endOf(server, lostId)
    assert.equal(reason, 'nobody was at its terminal any more')
    assert.ok((finishedAt ?? 0) - (startedAt ?? 0) > 29_000)
    await gone(lostId)
  })

  await t.test('a server that is killed takes the console with it, and the next one says so', async () => {
    await using desk = await sit('staging')
    await desk.sees(/[#$] $/)
    const { id } = await newest()
    assert.equal(await server.kill('SIGKILL'), 'SIGKILL')
    await gone(id)
    await server.start()
    const ended = await endOf(server, id)
    assert.deepEqual([ended.outcome, ended.reason], ['aborted', 'nobody was at its terminal any more'])
  })
})

function isNotYours(error: unknown): boolean {
  return error instanceof Fault && error.code === 'console.not_yours'
}

async function gone(oneOff: string): Promise<void> {
  await waitFor(
    'nothing to run in it',
    async () => (await findByMarks({ SIGNALBOX_ONE_OFF: oneOff })).length === 0,
    15_000,
  )
}

async function endOf(server: ServerUnderTest, oneOff: string): Promise<OneOffView> {
  return await waitFor(
    `the end of ${oneOff}`,
    async () => {
      const now = await server.client.call('one-offs.show', { params: { oneOff } })
      return now.state === 'finished' ? now : null
    },
    60_000,
  )
}
