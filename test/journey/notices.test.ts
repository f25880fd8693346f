import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import type { FactView } from '../../src/api/views.ts'
import { freePort } from '../helpers/free-port.ts'
import { mailReceiver, webReceiver } from '../helpers/receivers.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production } from './app.ts'
import { assertSucceeded, project, visit } from './stage.ts'

const host = 'staging.shop.test'

test('notices and the audit log, on a real server', { timeout: 170_000 }, async (t) => {
  await using web = await webReceiver()
  await using mail = await mailReceiver({ login: { user: 'box', password: 'mail-password' } })
  await using folder = await tempDir()
  const programs = join(folder.path, 'programs')
  await mkdir(programs)
  await writeFile(join(folder.path, 'password'), 'mail-password\n')
  const tell = (script: string) => writeFile(join(programs, 'tell'), `#!/bin/sh\n${script}\n`)
  await tell('echo it is broken; exit 1')
  await chmod(join(programs, 'tell'), 0o755)
  await using server = await startServer({
    flags: [
      ...['--notice-networks', '127.0.0.0/8', '--notice-commands', programs, '--smtp', `127.0.0.1:${mail.port}`],
      ...['--smtp-from', 'Signalbox <box@example.org>', '--smtp-security', 'none', '--smtp-user', 'box'],
      ...['--smtp-password-file', join(folder.path, 'password')],
    ],
  })
  const shop = await project(server, 'shop')
  const { sb } = shop
  const events = ['deployment_succeeded', 'deployment_failed', 'deployment_rolled_back', 'approval_needed']
  const deadUrl = `http://127.0.0.1:${await freePort()}/`
  const wish = {
    environments: { production: production('shop') },
    notify: [
      { channel: 'webhook', to: '$HOOK', signed_with: 'HOOK_KEY', events },
      { channel: 'slack', to: deadUrl, events },
      { channel: 'email', to: '$OPS', events },
      { channel: 'command', to: 'tell --loud', events },
    ],
  }
  const list = () => server.client.call('notices.list', { params: { project: 'shop' }, query: { limit: 100 } })

  await t.test(
    'a release is deployed although every channel is broken, and one can see why nobody was told (trap 10)',
    async () => {
      web.answer = { status: 500, body: 'no' }
      await sb(['secrets', 'set', 'HOOK=-'], { input: `${web.url}/hook-s3cret\n` })
      const commit = await shop.ship(app('shop', 'v1', wish), 'First')
      assertSucceeded(await shop.deployed(commit))
      assert.equal(await visit(server, host), 'v1')
      const tried = await waitFor('every channel to be tried', async () => {
        const all = (await list()).filter(({ event }) => event === 'deployment_succeeded')
        return all.length === 4 && all.every(({ problem }) => problem !== null) ? all : null
      })
      const problemOf = (channel: string) => tried.find((each) => each.channel === channel)?.problem ?? ''
      assert.match(problemOf('webhook'), /HOOK_KEY is not set in shop.*signalbox secrets set/)
      assert.match(problemOf('slack'), /ECONNREFUSED/)
      assert.match(problemOf('email'), /OPS is not set/)
      assert.match(problemOf('command'), /tell ended with exit code 1: it is broken/)
      assert.ok(tried.every(({ state }) => state === 'waiting'))
      assert.match((await sb(['notices'])).stdout, /deployment_succeeded +d1 +command tell --loud +waiting until/)
      assert.match((await sb(['notices'])).stdout, /deployment_succeeded +d1 +command tell --loud +waiting until/)
    },
  )

  await t.test('a recipient can be tried at once, and says what is the matter', async () => {
    await sb(['secrets', 'set', 'HOOK_KEY=whsec_c2lnbmFsYm94', 'OPS=ops@example.org'])
    assert.match((await sb(['secrets'])).stdout, /HOOK_KEY[\s\S]*OPS/)
    assert.doesNotMatch((await sb(['secrets', 'list', '--json'])).stdout, /c2lnbmFs|ops@/)
    const bad = await sb(['notices', 'test', '1'], { wanted: 1 })
    assert.match(bad.stdout, /Did not arrive: webhook \$HOOK: .*it answered 500: no/)
    assert.doesNotMatch(bad.stdout + bad.stderr, /hook-s3cret/)
    web.answer = { status: 204 }
    assert.match((await sb(['notices', 'test', '1'])).stdout, /Arrived/)
    assert.match((await sb(['notices', 'test', '3'])).stdout, /Arrived/)
    assert.match((await sb(['notices', 'test', '9'], { wanted: 1 })).stderr, /no recipient 9/)
    assert.equal(web.posted.at(-1)?.path, '/hook-s3cret')
    await waitFor('the mail', () => mail.mails.find(({ text }) => /^Subject: shop: a test/m.test(text)))
    assert.match((await sb(['notices', 'channels'])).stdout, /4 +command +tell --loud/)
  })

  await t.test('what was mended is told, or is when a person asks for it, under the same id', async () => {
    await tell(`echo "$SIGNALBOX_EVENT $*" >> ${folder.path}/told`)
    const before = await list()
    for (const { id, channel } of before) if (channel !== 'slack') await sb(['notices', 'redeliver', id])
    const after = await waitFor('all but one channel to have told', async () => {
      const all = await list()
      return all.every(({ channel, state }) => (channel === 'slack' ? state === 'waiting' : state === 'delivered'))
        ? all
        : null
    })
    assert.deepEqual(
      after.map(({ message }) => message),
      before.map(({ message }) => message),
    )
    assert.match(await readFile(join(folder.path, 'told'), 'utf8'), /^deployment\.succeeded --loud$/m)
  })

  await t.test('a failure is mailed as well as a success (trap 26)', async () => {
    const broken = await shop.ship({ ...app('shop', 'v2', wish), 'web.js': 'process.exit(3)\n' }, 'Broken')
    assert.equal((await shop.deployed(broken)).outcome, 'failed')
    const text = await waitFor('the mail', () =>
      mail.mails.find((each) => /^Subject: .*rolled back/m.test(each.text) && each.text.includes('Broken')),
    )
    assert.match(text.text, /what served before serves again/)
    assert.ok(mail.mails.some((each) => /^Subject: .*is live in staging/m.test(each.text)))
  })

  await t.test('a server killed while it sends, sends again under the same id', async () => {
    const first = (await list()).findLast(({ channel, subject }) => channel === 'webhook' && subject === 'd1')
    const count = web.posted.length
    web.answer = { status: 0 }
    await sb(['notices', 'redeliver', first?.id ?? ''])
    await waitFor('it to be sent', () => web.posted.length > count)
    await server.kill('SIGKILL')
    web.answer = { status: 200 }
    await server.start()
    await waitFor('it to be told', async () => (await list()).find(({ id }) => id === first?.id)?.state === 'delivered')
    const ids = web.posted.slice(count).map(({ headers }) => headers['webhook-id'])
    assert.deepEqual(ids, [first?.message, first?.message])
  })

  await t.test(
    'the audit log of a deployment says who, what, commit, digest, approvals, reason, durations and result',
    async () => {
      const [waiting] = await shop.deployments('production')
      const words = ['plan', 'production', waiting?.release.version ?? '', '--json']
      const plan = JSON.parse((await sb(words, { wanted: 4 })).stdout) as { hash: string }[]
      await sb(['approve', waiting?.id ?? '', '--plan', plan[0]?.hash ?? '', '--comment', 'looks good'])
      await shop.until(waiting?.id ?? '', 'finished')
      const facts = JSON.parse(
        (await sb(['audit', '--json', '--subject', waiting?.id ?? '', '--kind', 'deployment', '--limit', '100']))
          .stdout,
      ) as FactView[]
      const of = (kind: string) =>
        facts.find((each) => each.kind === kind)?.data as Record<string, never> & { release: Record<string, string> }
      assert.match(of('deployment.requested').release.commit ?? '', /^[0-9a-f]{40}$/)
      assert.match(of('deployment.requested').release.digest ?? '', /^[0-9a-f]{64}$/)
      const { asked, variables, approvals } = of('deployment.started') as unknown as {
        asked: string
        variables: number
        approvals: { by: string; comment: string; plan: string }[]
      }
      assert.deepEqual([asked, variables], ['admin', 0])
      assert.deepEqual(
        [approvals[0]?.by, approvals[0]?.comment, approvals[0]?.plan],
        ['admin', 'looks good', plan[0]?.hash],
      )
      const end = of('deployment.finished') as unknown as Record<string, unknown>
      assert.deepEqual([end.outcome, end.for, end.asked], ['succeeded', 'promote', 'admin'])
      assert.ok(Number(end.totalMs) >= Number(end.rolloutMs) && Number(end.rolloutMs) > 0)
    },
  )

  await t.test('the audit log is filtered by place, person, kind and time', async () => {
    const audit = async (...words: string[]) =>
      JSON.parse((await sb(['audit', '--json', '--limit', '500', ...words])).stdout) as FactView[]
    const production = await audit('--environment', 'production', '--kind', 'deployment')
    assert.ok(production.length > 3 && production.every(({ data }) => data.track === 'shop/shop/production'))
    assert.ok((await audit('--by', 'admin')).every(({ by }) => by === 'admin'))
    assert.deepEqual(await audit('--until', '2020-01-01'), [])
    assert.equal((await audit('--since', '1d')).length, (await audit()).length)
    const [one, two, three] = (await audit()).map(({ seq }) => seq)
    const before = await audit('--before', String(three), '--limit', '2')
    assert.deepEqual(
      before.map(({ seq }) => seq),
      [one, two],
    )
    assert.match((await sb(['audit', '--since', 'yesterday'], { wanted: 2 })).stderr, /a time such as 2026-11-21/)
  })

  await t.test('an export can be verified without the server, and shows what was changed', async () => {
    const all = (await sb(['audit', 'export'])).stdout
    const file = join(folder.path, 'audit.jsonl')
    await writeFile(file, all)
    assert.match((await sb(['audit', 'verify', '--file', file])).stdout, /The chain holds/)
    const some = (await sb(['audit', 'export', '--kind', 'deployment'])).stdout
    assert.match((await sb(['audit', 'verify', '--file', '-'], { input: some })).stdout, /holds.*left out/)
    await writeFile(file, all.replace('"outcome":"failed"', '"outcome":"succeeded"'))
    assert.match(
      (await sb(['audit', 'verify', '--file', file], { wanted: 1 })).stdout,
      /The chain is broken at fact \d+/,
    )
    const csv = (await sb(['audit', 'export', '--format', 'csv'])).stdout.trimEnd().split('\n')
    assert.match(csv[0] ?? '', /^seq,at,time,kind,project,subject,by,data,previous,hash$/)
    assert.ok(csv.length >= all.trimEnd().split('\n').length)
    const newest = JSON.parse(all.trimEnd().split('\n').at(-1) ?? '{}') as FactView
    assert.ok(csv.some((line) => line.endsWith(`,${newest.previous},${newest.hash}`)))
  })
})
