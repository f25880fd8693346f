import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { succeeded } from '../../test/helpers/engine.ts'
import { repository } from '../../test/helpers/repository.ts'
import { appSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { DeploymentView } from '../api/views.ts'
import type { FaultCode } from '../lib/faults.ts'

const fault = (code: FaultCode) => ({ name: 'Fault', code })
const staging = { params: { project: 'shop', environment: 'staging' } }
const production = { params: { project: 'shop', environment: 'production' } }

test('a release is followed from its push to production through the API alone', async () => {
  await using api = await apiServer()
  const client = api.as('deploy')
  const commit = await api.it.push('first')
  const waiting = await waitFor('a deployment that waits', async () => {
    const [track] = await client.call('status', { params: { project: 'shop' }, query: { environment: 'production' } })
    return track?.waiting[0]
  })
  const plan = await client.call('deployments.plan', { params: { deployment: waiting.deployment.id } })
  assert.equal(plan.hash, waiting.plan)
  assert.equal(plan.gates.find(({ gate }) => gate === 'approval')?.open, false)
  const approved = await client.call('deployments.approve', {
    params: { deployment: waiting.deployment.id },
    body: { plan: plan.hash, comment: 'go' },
  })
  assert.notEqual(approved.state, 'waiting')
  const done = await ended(api, waiting.deployment.id)
  assert.equal(done.outcome, 'succeeded')
  assert.match(done.verdict?.sentence ?? '', /\w/)
  assert.deepEqual(
    done.approvals.map(({ by, comment }) => [by, comment]),
    [['deploy', 'go']],
  )
  assert.ok(done.timeline.some(({ kind }) => kind === 'deployment.finished'))
  assert.deepEqual(done.settledPlan, { hash: plan.hash, plan: plan.plan }, 'what was agreed to is told afterwards too')

  const [run] = await client.call('runs.list', { query: { project: 'shop' } })
  assert.equal(run?.commit, commit)
  assert.deepEqual(
    run?.jobs.map(({ name, outcome }) => [name, outcome]),
    [
      ['test', 'succeeded'],
      ['build:shop', 'succeeded'],
    ],
  )
  const [release] = await client.call('releases.list', { params: { project: 'shop' } })
  assert.deepEqual([...(release?.liveIn ?? [])].sort(), ['production', 'staging'])
  const [track] = await client.call('status', { params: { project: 'shop' }, query: { environment: 'production' } })
  assert.equal(track?.desired?.release.id, release?.id)
  assert.equal(track?.running?.instances.length, 3)
  assert.equal(track?.serving.length, 2)
  const [event] = await client.call('events.list', { params: { project: 'shop' } })
  assert.deepEqual([event?.run, event?.after], [run?.id, commit])
  assert.deepEqual(await client.call('facts.verify').then(({ holds }) => holds), true)
})

test('releases are sent, sent again, taken back, promoted, scaled and cancelled', async () => {
  await using api = await apiServer()
  const client = api.as('deploy')
  const first = await live(api, 'one')
  const second = await live(api, 'two')
  assert.notEqual(first.release.id, second.release.id)
  const [back] = await client.call('rollback', { ...staging, body: { comment: 'oh' } })
  assert.equal((await ended(api, back?.id)).release.id, first.release.id)
  const [again] = await client.call('redeploy', { ...staging, body: {} })
  assert.equal((await ended(api, again?.id)).reason, 'redeploy')
  const [forward] = await client.call('deploy', { ...staging, body: { version: second.release.version } })
  assert.equal((await ended(api, forward?.id)).release.id, second.release.id)
  const scaled = await client.call('scale', { ...staging, body: { counts: { web: 3 } } })
  assert.deepEqual((await ended(api, scaled.id)).scale, { web: 3 })
  // JSON may name a process __proto__; nothing is scaled then, and that is said.
  for (const counts of [{}, JSON.parse('{"__proto__":3}')]) {
    await assert.rejects(client.call('scale', { ...staging, body: { counts } }), fault('request.invalid'))
  }
  const [promoted] = await client.call('promote', { ...staging, body: { to: 'production' } })
  assert.equal(promoted?.state, 'waiting')
  const cancelled = await client.call('deployments.cancel', { params: { deployment: promoted?.id ?? '' } })
  assert.deepEqual([cancelled.state, cancelled.outcome], ['finished', 'aborted'])
  const [plan] = await client.call('plan', staging)
  assert.deepEqual(
    plan?.plan.processes.find(({ name }) => name === 'web'),
    { name: 'web', from: 3, to: 3, command: null },
  )
  const listed = await client.call('deployments.list', { query: { project: 'shop', environment: 'production' } })
  assert.equal(listed[0]?.id, promoted?.id)
  assert.ok(listed.every(({ environment }) => environment === 'production'))
  const rejected = await client.call('deployments.list', { query: { limit: 1 } })
  assert.equal(rejected.length, 1)
})

test('a run is cancelled, and run again', async () => {
  await using api = await apiServer()
  const client = api.as('deploy')
  let tries = 0
  await api.it.push('slow', {
    job: async (_, signal) => {
      if (tries++ > 0) return succeeded
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return { ...succeeded, outcome: 'aborted', reason: 'ended' }
    },
  })
  await waitFor('the job to run', () => api.it.jobsRun.length > 0)
  const cancelled = await client.call('runs.cancel', { params: { run: 'r1' } })
  assert.deepEqual(
    [cancelled.state, cancelled.outcome, cancelled.reason],
    ['finished', 'aborted', 'cancelled by deploy'],
  )
  assert.equal((await client.call('runs.cancel', { params: { run: 'r1' } })).outcome, 'aborted', 'already so')
  await client.call('runs.rerun', { params: { run: 'r1' } })
  await waitFor(
    'the end of the run',
    async () => (await client.call('runs.show', { params: { run: 'r1' } })).outcome === 'succeeded',
  )
  await assert.rejects(client.call('runs.cancel', { params: { run: 'r1' } }), { code: 'run.ended' })
  await assert.rejects(client.call('runs.rerun', { params: { run: 'r1' } }), fault('run.not_rerunnable'))
})

test('a lock says who, why and until when; a second one replaces it', async () => {
  await using api = await apiServer()
  await live(api, 'one')
  const client = api.as('deploy')
  const lock = await client.call('lock', { ...production, body: { reason: 'Friday', forMs: 60_000 } })
  assert.deepEqual([lock.by, lock.reason, (lock.expiresAt ?? 0) - lock.at], ['deploy', 'Friday', 60_000])
  const [track] = await client.call('status', { params: { project: 'shop' }, query: { environment: 'production' } })
  assert.equal(track?.lock?.reason, 'Friday')
  assert.deepEqual(await client.call('unlock', production), { unlocked: true })
  assert.deepEqual(await client.call('unlock', production), { unlocked: false })
})

test('a secret goes in and never comes out', async () => {
  const variables = [
    { name: 'API_KEY', type: 'string', required: false, secret: true, default: null, since: null, description: '' },
  ] as const
  await using api = await apiServer({ spec: projectSpec({ apps: [appSpec({ name: 'shop', variables })] }) })
  await live(api, 'one')
  const client = api.as('maintain')
  const secret = 'hunter2-hunter2'
  const changes = [
    { name: 'COLOUR', value: 'green' },
    { name: 'API_KEY', value: secret },
    { name: 'OTHER', value: secret, secret: true },
  ]
  assert.deepEqual(await client.call('variables.set', { ...staging, body: { changes } }), { version: 1 })
  const again = [
    { name: 'OTHER', value: `${secret}-2` },
    { name: 'COLOUR', value: null },
  ]
  assert.deepEqual(await client.call('variables.set', { ...staging, body: { changes: again } }), { version: 2 })
  const listed = await client.call('variables.list', staging)
  assert.deepEqual(
    listed.variables.map(({ name, value, secret }) => [name, value, secret]),
    [
      ['API_KEY', null, true],
      ['OTHER', null, true],
    ],
  )
  const typed = await client.call('one-offs.start', { ...staging, body: { command: ['login', `-p${secret}`] } })
  assert.deepEqual(typed.command, ['login', '-p***'])
  const everything = await Promise.all(
    [
      '/facts?limit=500',
      `/one-offs/${typed.id}`,
      '/projects/shop/status',
      '/projects/shop/environments/staging/variables',
      '/projects/shop/environments/staging/plan',
    ].map(async (path) => (await api.send('GET', `/api/v1${path}`)).text()),
  )
  assert.doesNotMatch(everything.join('\n'), /hunter2/)
  assert.doesNotMatch(JSON.stringify(api.logged), /hunter2/)
})

test('a one-off command is started, followed and told', async () => {
  await using api = await apiServer()
  await live(api, 'one')
  const client = api.as('maintain')
  const started = await client.call('one-offs.start', { ...staging, body: { command: ['echo', '$(id)', ''] } })
  assert.deepEqual(started.command, ['echo', '$(id)', ''])
  await assert.rejects(
    client.call('one-offs.start', { ...staging, body: { command: ['a\0b'] } }),
    fault('request.invalid'),
  )
  const params = { oneOff: started.id }
  await Array.fromAsync(client.follow('one-offs.log.follow', { params }))
  const shown = await client.call('one-offs.show', { params })
  assert.equal(shown.state, 'finished')
  await assert.rejects(client.call('one-offs.show', { params: { oneOff: 'o99' } }), fault('one_off.unknown'))
})

test('why a commit is not live is told by its short name, and by its branch', async () => {
  await using api = await apiServer({})
  await using work = await repository()
  const sha = await work.commit({ a: '1' })
  const client = api.as('admin')
  const added = await client.call('projects.add', { body: { name: 'other', origin: work.path } })
  assert.deepEqual([added.project.name, added.project.gitUrl], ['other', 'http://signalbox.test/git/other.git'])
  for (const commit of ['zzzzzzz', 'nowhere', sha.slice(0, 5), '--all', 'main^', 'HEAD']) {
    await assert.rejects(
      client.call('explain', { params: { project: 'other', commit } }),
      fault('commit.unknown'),
      commit,
    )
  }
})

test('projects are added with real repositories and removed with them', async () => {
  await using api = await apiServer()
  const client = api.as('admin')
  const { project } = await client.call('projects.add', { body: { name: 'second' } })
  assert.deepEqual(project.apps, [])
  await assert.rejects(client.call('projects.add', { body: { name: 'second' } }), fault('project.exists'))
  for (const name of ['Upper', '../x', 'a/b', '-x', 'a'.repeat(41), '1st']) {
    await assert.rejects(client.call('projects.add', { body: { name } }), fault('project.invalid_name'), name)
  }
  const refused = client.call('projects.add', { body: { name: 'third', origin: 'ext::sh -c id' } })
  await assert.rejects(refused, fault('repository.origin_refused'))
  await assert.rejects(client.call('projects.show', { params: { project: 'third' } }), fault('project.unknown'))
  const twice = await Promise.allSettled([1, 2, 3].map(() => client.call('projects.add', { body: { name: 'once' } })))
  assert.equal(twice.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.deepEqual(
    (await client.call('projects.list')).map(({ name }) => name),
    ['once', 'second', 'shop'],
  )
  assert.deepEqual(await client.call('projects.remove', { params: { project: 'second' } }), { removed: 'second' })
  await assert.rejects(client.call('projects.remove', { params: { project: 'second' } }), fault('project.unknown'))
})

test('a token is made, used, and worthless once revoked', async () => {
  await using api = await apiServer()
  const client = api.as('admin')
  const made = await client.call('tokens.create', { body: { name: 'ada', scope: 'read', forMs: 60_000 } })
  assert.match(made.value, /^sbx_[\w-]{43}$/)
  const me = async () => (await api.send('GET', '/api/v1/me', { token: made.value })).json()
  const admin = { role: 'admin', project: null, environment: null }
  const roles = ['admin', 'contributor', 'deployer', 'maintainer', 'viewer']
  assert.deepEqual(await me(), { name: 'admin', kind: 'person', scope: 'read', grants: [admin], roles })
  await assert.rejects(client.call('tokens.create', { body: { name: 'ada', scope: 'read' } }), fault('token.exists'))
  const listed = await (await api.send('GET', '/api/v1/tokens')).text()
  assert.ok(!listed.includes(made.value))
  await client.call('tokens.revoke', { params: { token: 'ada' } })
  assert.match(JSON.stringify(await me()), /token\.invalid/)
  await assert.rejects(client.call('tokens.revoke', { params: { token: 'ada' } }), fault('token.unknown'))
  const facts = await client.call('facts.list', { query: { subject: 'ada' } })
  assert.deepEqual(
    facts.map(({ kind, by }) => [kind, by]),
    [
      ['token.created', 'admin'],
      ['token.revoked', 'admin'],
    ],
  )
})

test('what is not there is said to be missing, with what there is', async () => {
  await using api = await apiServer()
  await live(api, 'one')
  const client = api.as('admin')
  await assert.rejects(client.call('runs.show', { params: { run: 'r99' } }), fault('run.unknown'))
  await assert.rejects(client.call('runs.show', { params: { run: '../../x' } }), fault('run.unknown'))
  await assert.rejects(client.call('deployments.show', { params: { deployment: 'd99' } }), fault('deployment.unknown'))
  await assert.rejects(client.call('status', { params: { project: 'nope' } }), fault('project.unknown'))
  await assert.rejects(
    client.call('status', { params: { project: 'shop' }, query: { environment: 'x' } }),
    fault('environment.unknown'),
  )
  const nowhere = { params: { project: 'shop', environment: 'nowhere' } }
  await assert.rejects(client.call('deploy', { ...nowhere, body: {} }), {
    ...fault('environment.unknown'),
    hint: /staging, production/,
  })
  await assert.rejects(client.call('deploy', { ...staging, body: { app: 'x' } }), fault('app.unknown'))
  await assert.rejects(client.call('deploy', { ...staging, body: { version: 'v9' } }), fault('release.unknown'))
  await assert.rejects(client.call('jobs.log', { params: { run: 'r1', job: 'x' } }), fault('job.unknown'))
  const late = client.call('jobs.log', { params: { run: 'r1', job: 'test' }, query: { attempt: 7 } })
  await assert.rejects(late, fault('request.invalid'))
})

async function ended(api: TestApi, id: string | undefined) {
  return waitFor(`the end of ${id}`, async () => {
    const shown = await api.as('read').call('deployments.show', { params: { deployment: id ?? '' } })
    return shown.state === 'finished' ? shown : null
  })
}

/** Pushes, and waits until it is live in staging. */
async function live(api: TestApi, title: string): Promise<DeploymentView> {
  const sha = await api.it.push(title)
  return waitFor(`${title} in staging`, async () => {
    const found = await api.as('read').call('deployments.list', { query: { project: 'shop', environment: 'staging' } })
    return found.find(({ release, outcome }) => release.commit === sha && outcome === 'succeeded')
  })
}
