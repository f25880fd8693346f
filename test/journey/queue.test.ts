import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentView } from '../../src/api/views.ts'
import { Fault } from '../../src/lib/fault.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, webProcess } from './app.ts'
import { type Project, project, visit } from './stage.ts'

const name = 'queue'
/** How long an instance takes to start, in seconds, is a variable of the environment. */
const web = { ...webProcess, command: 'sleep "$BOOT"; exec node web.js', health: { http: '/', start_period: '20s' } }

const place = (of: string, policies: object, BOOT = '0.6') => [
  of,
  { hosts: `${of}.${name}.test`, policies, variables: { BOOT } },
]

const environments = Object.fromEntries([
  place('staging', {}),
  place('each', { concurrency: 'queue', queue_timeout: 'none' }),
  place('latest', { concurrency: 'latest' }),
  place('newest', { concurrency: 'supersede', cancel: 'supersede' }),
  place('steady', { concurrency: 'supersede', cancel: 'never' }),
  place('plain', { cancel: 'manual' }, '1.5'),
  place('app-a', { lock_scope: 'app' }),
  place('app-b', { lock_scope: 'app' }),
  place('hosts-a', { lock_scope: 'hosts' }),
  place('hosts-b', { lock_scope: 'hosts' }),
  place('named-a', { lock_scope: { name: 'database' } }, '2.5'),
  place('named-b', { lock_scope: { name: 'database' }, run_timeout: '2s' }, '0.1'),
  place('patient', { lock_scope: { name: 'database' }, queue_timeout: { after: '300ms', action: 'continue' } }, '0.1'),
  place('hasty', { queue_timeout: { after: '300ms', action: 'abort' } }, '1.5'),
  place('held', { hold_until_promoted_to: 'shown' }),
  place('shown', {}),
  place('brief', { run_timeout: '1s' }, '20'),
])

test('who goes when, on this machine with real processes', { timeout: 170_000 }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, name)
  const versions: string[] = []
  for (const version of ['v1', 'v2', 'v3']) {
    const commit = await shop.ship(app(name, version, { app: { processes: { web } }, environments }), version)
    await shop.run(commit)
    const releases = await server.client.call('releases.list', { params: { project: name }, query: { limit: 9 } })
    versions.push(releases.find((each) => each.commit === commit)?.version ?? '')
  }
  const send = (environment: string, ...wanted: readonly number[]) =>
    sendAll(
      shop,
      environment,
      wanted.map((n) => versions[n - 1] ?? ''),
    )

  await t.test('X2 concurrency: queue — each in its turn, none is dropped (trap 13)', async () => {
    const all = await send('each', 1, 2, 3)
    assert.deepEqual(await endings(shop, all), ['succeeded', 'succeeded', 'succeeded'])
    assert.equal(await visit(server, `each.${name}.test`), 'v3')
  })

  await t.test('X2 concurrency: latest — only the newest waits, and tells what it carries', async () => {
    const all = await send('latest', 1, 2, 3)
    const [one, two, three] = all
    assert.deepEqual(await endings(shop, all), ['succeeded', `superseded by ${three?.id}`, 'succeeded'])
    const shown = await server.client.call('deployments.show', { params: { deployment: three?.id ?? '' } })
    assert.deepEqual(
      shown.carries.map(({ deployment, by }) => [deployment, by]),
      [[two?.id, one?.by]],
    )
  })

  await t.test(
    'X2 concurrency: supersede, X19 cancel: supersede — a rollout goes back wholly, then the newer one goes',
    async () => {
      await endings(shop, await send('newest', 1))
      const [two] = await send('newest', 2)
      await placing(shop, two)
      const [three] = await send('newest', 3)
      assert.deepEqual(await endings(shop, [two, three]), [`superseded by ${three?.id}`, 'succeeded'])
      const back = await server.client.call('deployments.show', { params: { deployment: two?.id ?? '' } })
      assert.equal(back.rolledBack, true)
      assert.equal(await visit(server, `newest.${name}.test`), 'v3')
    },
  )

  await t.test('X19 cancel: never — neither a person nor a newer one breaks a rollout off', async () => {
    const [one] = await send('steady', 1)
    await placing(shop, one)
    const [two] = await send('steady', 2)
    await assert.rejects(
      server.client.call('deployments.cancel', { params: { deployment: one?.id ?? '' } }),
      (error) => error instanceof Fault && error.code === 'deployment.not_cancellable',
    )
    assert.deepEqual(await endings(shop, [one, two]), ['succeeded', 'succeeded'])
  })

  for (const [cancel, where] of [
    ['manual', 'plain'],
    ['supersede', 'newest'],
  ] as const) {
    await t.test(
      `X19 cancel: ${cancel} — a person may cancel a rollout, which goes back, on the target too (trap 18)`,
      async () => {
        const [one] = await send(where, 3)
        await placing(shop, one)
        await server.client.call('deployments.cancel', { params: { deployment: one?.id ?? '' } })
        assert.deepEqual(await endings(shop, [one]), ['cancelled by admin'])
      },
    )
  }

  await t.test('X2 lock_scope: app — two environments at once', async () => {
    const [a, b] = [...(await send('app-a', 1)), ...(await send('app-b', 1))]
    assert.deepEqual([a?.state, b?.state], ['rolling', 'rolling'])
    await endings(shop, [a, b])
  })

  for (const [scope, a, b, what] of [
    ['hosts', 'hosts-a', 'hosts-b', 'the hosts of local'],
    ['named', 'named-a', 'named-b', 'the lock database'],
  ] as const) {
    await t.test(`X2 lock_scope: ${scope} — one after the other, and the one that waits says for whom`, async () => {
      const [first] = await send(a, 1)
      const [second] = await send(b, 1)
      const [track] = await server.client.call('status', { params: { project: name }, query: { environment: b } })
      const [queued] = track?.queue ?? []
      assert.deepEqual([queued?.id, queued?.place, queued?.holder], [second?.id, 1, first?.id])
      assert.ok(queued?.held.because.endsWith(`both need ${what}`) === true, `${queued?.held.because}`)
      assert.deepEqual(await endings(shop, [first, second]), ['succeeded', 'succeeded'])
      const [ended, began] = [
        await shop.until(first?.id ?? '', 'finished'),
        await shop.until(second?.id ?? '', 'finished'),
      ]
      assert.ok((began.startedAt ?? 0) >= (ended.finishedAt ?? Number.POSITIVE_INFINITY))
      // It waited for longer than its rollout may take: X3, the time in the queue does not count.
      if (scope === 'named') assert.ok((began.startedAt ?? 0) - began.createdAt > 2_000)
    })
  }

  await t.test('X3 queue_timeout: continue — it goes on without its turn, and the record says so', async () => {
    const [first] = await send('named-a', 2)
    const [second] = await send('patient', 1)
    const gone = await shop.until(second?.id ?? '', 'finished')
    assert.deepEqual([gone.outcome, gone.wentWithoutTurn], ['succeeded', true])
    assert.ok((gone.finishedAt ?? 0) < ((await shop.until(first?.id ?? '', 'finished')).finishedAt ?? 0))
  })

  await t.test('X3 queue_timeout: abort — it ends when its turn has not come in time', async () => {
    const all = await send('hasty', 1, 2)
    assert.deepEqual(await endings(shop, all), ['succeeded', 'its turn did not come in time'])
  })

  await t.test('X3 queue_timeout: none — it waits for as long as it takes', async () => {
    for (const where of ['each', 'hasty']) await shop.sb(['lock', where, '--reason', 'look'])
    const [patient] = await send('each', 3)
    assert.deepEqual(await endings(shop, await send('hasty', 2)), ['its turn did not come in time'])
    await shop.until(patient?.id ?? '', 'queued')
    await shop.sb(['unlock', 'each'])
    assert.deepEqual(await endings(shop, [patient]), ['succeeded'])
  })

  await t.test('X3 run_timeout — a rollout that takes longer goes back', async () => {
    const [slow] = await send('brief', 1)
    const [because] = await endings(shop, [slow])
    assert.match(because ?? '', /^it took longer than its limit/)
  })

  await t.test('a freeze holds what is sent, an override lets it go, and status and exit codes say so', async () => {
    await shop.sb(['freeze', 'plain', '--reason', 'sale', '--for', '1h'])
    const { stdout } = await shop.sb(['deploy', 'plain', versions[2] ?? ''], { wanted: 4 })
    const id = /d\d+/.exec(stdout)?.[0] ?? ''
    assert.match((await shop.sb(['status', 'plain'])).stdout, /frozen by admin until .* UTC: sale/)
    const told = (await shop.sb(['explain', 'main', '--env', 'plain', '--all', '--decisions'])).stdout
    assert.match(told, new RegExp(`plain/queue +not live +${id} waits: frozen by admin`))
    for (const gate of ['needs', 'ancestry', 'lock', 'freeze', 'turn']) assert.match(told, new RegExp(`\\b${gate}\\b`))
    assert.match(told, new RegExp(`decisions on ${id}\\n.* queued .*\\n.* set aside .*freeze: frozen by admin`))
    assert.match((await shop.sb(['freeze', 'list', 'plain'])).stdout, /by admin until .* UTC: sale/)
    await shop.sb(['deploy', 'plain', versions[2] ?? '', '--override-freeze'], { wanted: 2 })
    await shop.sb(['deploy', 'plain', versions[2] ?? '', '--override-freeze', '--reason', 'the till'])
    assert.equal(await visit(server, `plain.${name}.test`), 'v3')
    await shop.sb(['unfreeze', 'plain'])
    assert.equal((await shop.until(id, 'finished')).outcome, 'succeeded')
  })

  await t.test(
    'a release is held until what runs here has gone on; one may pass, for a reason on the record',
    async () => {
      await endings(shop, await send('held', 1))
      const [two] = await send('held', 2)
      assert.match((await shop.sb(['status', 'held'])).stdout, /has not gone on to shown yet; nothing runs there/)
      const { stdout } = await shop.sb(['explain', 'main', '--env', 'held'])
      assert.match(stdout, /opened by signalbox promote held shown --app queue\n/)
      const v3 = versions[2] ?? ''
      await shop.sb(['deploy', 'held', v3, '--override-hold'], { wanted: 2 })
      await shop.sb(['deploy', 'held', v3, '--override-hold', '--reason', 'the till'])
      assert.equal(await visit(server, `held.${name}.test`), 'v3')
      assert.match((await endings(shop, [two]))[0] ?? '', /is older than/)
      assert.match((await shop.sb(['audit', '--kind', 'deployment.override'])).stdout, /by admin.*hold.*the till/)
      await shop.sb(['promote', 'held', 'shown', '--app', 'queue'])
      assert.equal(await visit(server, `shown.${name}.test`), 'v3')
    },
  )

  await t.test('an older release is refused, and a rollback that names it goes', async () => {
    const [older] = await send('latest', 1)
    assert.match((await endings(shop, [older]))[0] ?? '', /^\S+ is older than \S+, which is live$/)
    await shop.sb(['rollback', 'latest', versions[0] ?? ''])
    assert.equal(await visit(server, `latest.${name}.test`), 'v1')
  })
})

/** As they are asked for: nobody waits for their end. */
async function sendAll({ server }: Project, environment: string, versions: readonly string[]) {
  const made: DeploymentView[] = []
  for (const version of versions) {
    const params = { project: name, environment }
    made.push(...(await server.client.call('deploy', { params, body: { version } })))
  }
  return made
}

/** Why each ended, or with what outcome. */
async function endings(shop: Project, all: readonly (DeploymentView | undefined)[]) {
  const ended: (string | null)[] = []
  for (const each of all) {
    const { because, outcome } = await shop.until(each?.id ?? '', 'finished')
    ended.push(because ?? outcome)
  }
  return ended
}

async function placing({ server }: Project, deployment: DeploymentView | undefined): Promise<void> {
  await waitFor('instances to be placed', async () => {
    const params = { deployment: deployment?.id ?? '' }
    return (await server.client.call('deployments.show', { params })).step?.doing.startsWith('place')
  })
}
