import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentDetailView, DeploymentView, PlanView, TrackView } from '../../src/api/views.ts'
import { start } from '../helpers/cli.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production, type Wish, webProcess, workerProcess } from './app.ts'
import { assertSucceeded, notes, type Project, project, visit, visitors } from './stage.ts'

const limit = { timeout: 175_000 }

test('a release on its way through the environments', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const [staging, live] = ['staging.shop.test', 'shop.test']
  const ship = (version: string) =>
    shop.ship(app('shop', version, { environments: { production: production('shop') } }), version)
  const waiting = async () => (await status(shop, 'production')).waiting[0] ?? null

  await t.test('staging gets it by itself, production waits for a yes', async () => {
    assertSucceeded(await shop.deployed(await ship('v1')))
    assert.equal(await visit(server, staging), 'v1')
    await waitFor('production to be asked for', waiting)
    const { desired, running, active } = await status(shop, 'production')
    assert.deepEqual([desired, running, active], [null, null, null])
    const shown = (await shop.sb(['status', 'production'])).stdout
    assert.match(shown, /waiting .*signalbox approve d\d+ --plan [0-9a-f]{64}/)
  })

  await t.test('a yes to a plan that has moved is refused, with what has moved', async () => {
    const plan = (await waiting())?.plan ?? ''
    await shop.sb(['env', 'set', 'production', 'LEVEL=debug'])
    const refused = await shop.sb(['approve', 'production', '--plan', plan], { wanted: 4 })
    assert.match(refused.stderr, /variables/)
    const [now] = (await shop.sb(['plan', 'production', '--json'], { wanted: 4 })).json<PlanView[]>()
    assert.notEqual(now?.hash, plan)
    await shop.sb(['approve', 'production', '--plan', now?.hash ?? '', '--wait'])
    assert.equal(await visit(server, live, '/env/LEVEL'), 'debug')
  })

  await t.test('a no ends it, and what is live stays', async () => {
    const commit = await ship('v2')
    assertSucceeded(await shop.deployed(commit))
    await waitFor('production to be asked for', waiting)
    await shop.sb(['reject', 'production', '--reason', 'not on a Friday'])
    const rejected = await shop.deployed(commit, 'production')
    assert.deepEqual([rejected.outcome, rejected.startedAt], ['aborted', null])
    assert.match(rejected.because ?? '', /rejected by admin: not on a Friday/)
    assert.equal(await visit(server, live), 'v1')
    assert.match((await shop.sb(['explain', commit])).stdout, /production\/shop +not live .*not on a Friday/)
    const before = (await shop.sb(['explain', 'HEAD~1'])).stdout
    assert.match(before, /staging\/shop +live +part of \S+, live since d\d+\n +production\/shop +live +live since d\d+/)
  })

  await t.test('what is live in staging is promoted as it is: nothing is built', async () => {
    const built = await releases(shop)
    const asked = await shop.sb(['promote', 'staging', 'production', '--json'], { wanted: 4 })
    assert.equal(asked.json<DeploymentDetailView[]>()[0]?.state, 'waiting')
    const plan = (await waiting())?.plan ?? ''
    await shop.sb(['redeploy', 'production'], { wanted: 4 })
    assert.match((await shop.sb(['approve', 'production', '--yes'], { wanted: 2 })).stderr, /several wait/)
    await shop.sb(['approve', 'production', '--plan', plan, '--wait'])
    assert.equal(await visit(server, live), 'v2')
    await shop.sb(['reject', 'production', '--reason', 'no need'])
    assert.deepEqual(
      (await releases(shop)).map(({ digest }) => digest),
      built.map(({ digest }) => digest),
    )
  })

  await t.test('a lock holds all that come, in their order, until it is taken away or over', async () => {
    await shop.sb(['lock', 'staging', '--reason', 'the printer burns'])
    const commits = [await ship('v3'), await ship('v4')]
    const both = async () => ((await status(shop, 'staging')).queue.length === 2 ? status(shop, 'staging') : null)
    const { queue } = await waitFor('both to wait', both, 30_000)
    assert.deepEqual(
      queue.map(({ release }) => release.commit),
      commits,
    )
    assert.match((await shop.sb(['deploy', 'staging'], { wanted: 4 })).stdout, /locked by admin: the printer burns/)
    assert.equal(await visit(server, staging), 'v2')
    await shop.sb(['unlock', 'staging'])
    const [first, second] = await Promise.all(queue.map(({ id }) => shop.until(id, 'finished')))
    assert.deepEqual([first?.outcome, second?.outcome], ['succeeded', 'succeeded'])
    assert.ok((first?.finishedAt ?? 0) <= (second?.startedAt ?? 0), 'one after the other')
    await shop.sb(['lock', 'staging', '--reason', 'for a moment', '--for', '1s'])
    await shop.sb(['redeploy', 'staging', '--wait'])
    assert.equal(await visit(server, staging), 'v4')
  })

  await t.test('going back, to what was before or to the one named', async () => {
    await shop.sb(['rollback', 'staging'])
    assert.equal(await visit(server, staging), 'v3')
    const v1 = (await releases(shop)).find(({ title }) => title === 'v1')
    const back = await shop.sb(['rollback', 'staging', v1?.version ?? '', '--json'])
    assert.equal(back.json<DeploymentView[]>()[0]?.reason, 'rollback')
    assert.equal(await visit(server, staging), 'v1')
    assert.match((await shop.sb(['rollback', 'staging', 'v99'], { wanted: 2 })).stderr, /no release v99/)
    const { projects } = await server.client.call('insights', { query: { environment: 'staging' } })
    const [numbers] = projects.map(({ now }) => now)
    assert.deepEqual([numbers?.frequency.n, numbers?.leadTime.n], [4, 4])
    assert.deepEqual(numbers?.failRate.causes, { failed: 0, errored: 0, rolled_back: 2, reverted: 0 })
  })
})

test('an app while it runs, and while it is replaced', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const host = 'staging.shop.test'
  const processes = { web: { ...webProcess, instances: 3 }, worker: { ...workerProcess, singleton: true } }
  const ship = (version: string, wish: Wish['app'] = {}) =>
    shop.ship(
      app('shop', version, {
        app: { processes, ...wish },
        environments: {
          staging: { hosts: host, on: { push: 'main' }, policies: { strategy: { kind: 'start_first', batch: 2 } } },
        },
      }),
      version,
    )

  await t.test('with nobody there, the prober gives a floor, and the record says so', async () => {
    const first = await shop.deployed(await ship('v1'))
    assertSucceeded(first)
    assert.match(first.verdict?.sentence ?? '', /^no visitors; 0 of \d+ probes failed \(a floor, not a proof\)$/)
  })

  await t.test('batch by batch under load: nothing dropped, the worker after web, never two workers', async () => {
    await using load = visitors(server, host)
    const { id, verdict, outcome } = await shop.deployed(await ship('v2'))
    assert.equal(outcome, 'succeeded')
    const seen = await load.finish()
    assert.deepEqual(seen.failed, [])
    assert.ok(verdict !== null && verdict.requests > 0 && verdict.requests <= seen.sent)
    assert.equal(verdict.sentence, `0 dropped of ${verdict.requests}`)
    const shown = await shop.sb(['deployments', 'show', id])
    assert.match(shown.stdout, new RegExp(`0 dropped of ${verdict.requests}`))
    const traffic = await server.client.call('deployments.traffic', { params: { deployment: id } })
    const slices = traffic.flatMap(({ byRelease }) => byRelease)
    assert.equal(
      slices.reduce((sum, { served }) => sum + served, 0),
      verdict.requests,
      'each request in one slice',
    )
    const releases = new Set(slices.map(({ version }) => version))
    assert.ok(releases.size === 2 && !releases.has(null), 'of the old release and of the new one')
    const { timeline } = await server.client.call('deployments.show', { params: { deployment: id } })
    const steps = timeline.flatMap(({ kind, data }) => {
      const step = kind.replace('deployment.', '')
      return ['place', 'remove'].includes(step) ? [`${step} ${(data.instances as string[]).join(' ')}`] : []
    })
    const before = id.replace(/\d+/, (number) => `${Number(number) - 1}`)
    assert.deepEqual(steps, [
      `place ${id}-web-1 ${id}-web-2`,
      `remove ${before}-web-1 ${before}-web-2`,
      `place ${id}-web-3`,
      `remove ${before}-web-3`,
      `remove ${before}-worker-1`,
      `place ${id}-worker-1`,
    ])
    const worked = await notes(server, 'shop/shop/staging', 'worker')
    assert.deepEqual(worked, [`start v1 ${before}-worker-1`, `stop v1 ${before}-worker-1`, `start v2 ${id}-worker-1`])
  })

  await t.test('more and fewer instances: those that stay are the same (trap 7)', async () => {
    const before = await pids(shop)
    await shop.sb(['scale', 'staging', 'web=1'])
    const fewer = await pids(shop)
    assert.equal(fewer.size, 2)
    for (const [name, pid] of fewer) assert.equal(before.get(name), pid)
    await shop.sb(['scale', 'staging', 'web=2'])
    const more = await pids(shop)
    assert.equal(more.size, 3)
    for (const [name, pid] of fewer) assert.equal(more.get(name), pid)
    const beyond = await shop.sb(['scale', 'staging', 'web=101'], { wanted: 2 })
    assert.match(beyond.stderr, /not a number from 0 to 100\./)
    const refused = await shop.sb(['scale', 'staging', 'worker=2'], { wanted: 2 })
    assert.match(refused.stderr, /worker.*singleton/)
    assert.equal((await status(shop, 'staging')).attempted?.reason, 'scale')
    // Kept from deployment to deployment.
    await shop.sb(['redeploy', 'staging'])
    assert.equal((await pids(shop)).size, 3)
  })

  await t.test('an instance that crashes is started again, later each time, and shown', async () => {
    const at = await visit(server, host, '/instance')
    for (let crashes = 1; crashes <= 3; crashes += 1) {
      const again = async () => {
        // One of two has visitors; whoever of them is asked ends.
        await visit(server, host, '/exit/7').catch(() => {})
        return (await instances(shop)).some(({ restarts }) => restarts >= crashes)
      }
      await waitFor(`${crashes} restarts`, again, 30_000)
    }
    const crashed = (await instances(shop)).filter(({ restarts }) => restarts > 0)
    assert.ok(
      crashed.every(({ lastExit }) => lastExit === 'exit 7'),
      JSON.stringify(crashed),
    )
    assert.match((await shop.sb(['status', 'staging'])).stdout, /exit 7/)
    await waitFor(
      'all to be well',
      async () => (await instances(shop)).every(({ state }) => state === 'healthy'),
      60_000,
    )
    assert.match(at, /web/)
  })

  await t.test('a command runs in the release that is live, and ends as it ended', async () => {
    const words = ['run', 'staging', '--', 'sh', '-c', 'cat version; echo " $SIGNALBOX_ENVIRONMENT"; exit 9']
    const ran = await shop.sb(words, { wanted: 9 })
    assert.equal(ran.stdout, 'v2 staging\n')
    const killed = await shop.sb(['run', 'staging', '--', 'sh', '-c', 'kill -9 $$'], { wanted: 137 })
    assert.match(killed.stderr, /ended with SIGKILL/)
    assert.match((await shop.sb(['run', 'staging', '--', 'no-such-program'], { wanted: 127 })).stderr, /not found/)
    const late = await shop.sb(['run', 'staging', '--limit', '1s', '--', 'sleep', '60'], { wanted: 124 })
    assert.match(late.stderr, /took longer than 1s/)
  })

  await t.test('the log of what runs is followed as it comes', async () => {
    assert.match((await shop.sb(['logs', 'staging', '--process', 'wbe'], { wanted: 2 })).stderr, /no process wbe/)
    const words = ['--project', 'shop', 'logs', 'staging', '--process', 'web', '--follow']
    const following = start(words, { cwd: shop.path, env: await shop.login() })
    let told = ''
    following.stdout.on('data', (text) => (told += text))
    const ended = new Promise((resolve) => following.once('exit', resolve))
    try {
      for (let turn = 0; turn < 2; turn += 1) {
        await waitFor('the line', async () => {
          await visit(server, host, `/print/word-${turn}`)
          return told.includes(`printed word-${turn}`)
        })
      }
    } finally {
      following.kill('SIGINT')
      await ended
    }
    const instance = /^(d\d+-web-\d) printed word-0/m.exec(told)?.[1] ?? ''
    assert.match((await shop.sb(['logs', instance])).stdout, /^printed word-0 *$/m)
    const none = await shop.sb(['logs', instance.replace(/\d$/, '99')], { wanted: 2 })
    assert.match(none.stderr, /There is no instance d\d+-web-99; what runs is: .*d\d+-web-1/)
  })

  await t.test('a rollout that is cancelled goes back, whole', async () => {
    const before = await pids(shop)
    const web = { ...processes.web, command: 'sleep 60; exec node web.js', health: { http: '/', start_period: '90s' } }
    const commit = await ship('v3', { processes: { ...processes, web } })
    const rolling = await waitFor(
      'v3 to be placed',
      async () => {
        const [newest] = await shop.deployments()
        return newest?.release.commit === commit && newest.step?.doing.startsWith('place') ? newest : null
      },
      30_000,
    )
    await shop.sb(['cancel', rolling.id])
    const { outcome, rolledBack, because } = await shop.until(rolling.id, 'finished')
    assert.deepEqual([outcome, rolledBack, because], ['aborted', true, 'cancelled by admin'])
    assert.equal(await visit(server, host), 'v2')
    assert.deepEqual(await pids(shop), before)
  })
})

async function status({ server, name }: Project, environment: string): Promise<TrackView> {
  const [track] = await server.client.call('status', { params: { project: name }, query: { environment } })
  assert.ok(track !== undefined)
  return track
}

async function instances(of: Project) {
  return (await status(of, 'staging')).running?.instances ?? []
}

async function pids(of: Project): Promise<ReadonlyMap<string, number | null>> {
  return new Map((await instances(of)).map(({ name, pid }) => [name, pid]))
}

async function releases({ server, name }: Project) {
  return await server.client.call('releases.list', { params: { project: name }, query: { limit: 100 } })
}
