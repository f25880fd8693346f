import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  newestEnded,
  outcome,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, migrationSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { currentStep, type Deployment } from '../domain/deployment.ts'
import type { MigrationSpec, PolicySpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('forbid_pending ends a deployment under its lock, naming each, before anything has moved (traps 1 and 6)', async () => {
  await using it = await startEngine(migrating({ migrations: 'forbid_pending' }))
  await pushed(it, 'first')
  const before = live(it, staging)
  pendingNow(it, ['002_gift.sql', '003_fill.sql'])
  await it.push('second')
  const { state, phases } = await newestEnded(it, staging, 'd1')
  assert.ok(state.kind === 'finished' && state.outcome === 'failed')
  assert.match(state.reason ?? '', /002_gift\.sql \(unknown\), 003_fill\.sql \(unknown\)/)
  assert.deepEqual(
    phases.slice(0, 2).map(({ name }) => name),
    ['prepare', 'survey'],
  )
  assert.deepEqual(live(it, staging), before)
  assert.equal(it.world.host('one').oneOffs.has('d2-migrate'), false)
})

test('a look that fails is no empty list: forbid_pending refuses what nobody could tell (trap 1)', async () => {
  await using it = await startEngine(migrating({ migrations: 'forbid_pending' }))
  it.world.teach('pending', { lines: [], endsAfterMs: 5, exitCode: 127 })
  await it.push('first')
  const { state } = await newestEnded(it, staging, '')
  assert.ok(state.kind === 'finished' && state.outcome === 'failed')
  assert.match(state.reason ?? '', /not known what is pending.*exit code 127/)
})

test('the plan lists what is pending, and nobody can say yes before it does', async () => {
  await using it = await startEngine(migrating())
  it.world.teach('pending', slow(['002_gift.sql'], 300))
  await it.push('first')
  const asked = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const early = it.queries.planOf(asked.id)
  assert.match(JSON.stringify(early.gates), /it is looked for pending migrations/)
  assert.throws(() => it.engine.actions.approve(asked.id, early.hash, ada), isFault('approval.not_ready'))
  const plan = await waitFor('the look to be done', () => seen(it, asked.id))
  assert.deepEqual(plan.plan.migrations, {
    ...{ when: 'on_release_start', problem: null, class: 'unknown', backup: 'off', crosses: [] },
    pending: [{ name: '002_gift.sql', class: 'unknown', notes: ['its SQL could not be read'] }],
  })
  assert.notEqual(plan.hash, early.hash)
  it.engine.actions.approve(asked.id, plan.hash, ada)
  assert.equal((await ended(it, asked.id)).state.kind, 'finished')
  assert.equal(outcome(it, asked.id), 'succeeded')
})

test('other migrations than people saw send a deployment back to them from under its lock, before anything moved', async () => {
  await using it = await startEngine(migrating())
  pendingNow(it, ['002_gift.sql'])
  await it.push('first')
  const asked = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const plan = await waitFor('the look to be done', () => seen(it, asked.id))
  pendingNow(it, ['002_gift.sql', '003_more.sql'])
  it.engine.actions.approve(asked.id, plan.hash, ada)
  await waitFor('it to ask again', () => waitingOn(it, production) && it.store.facts.about(asked.id).some(isVoid))
  assert.equal(live(it, production) ?? null, null)
  const again = it.queries.planOf(asked.id)
  assert.deepEqual(
    again.plan.migrations.pending?.map(({ name }) => name),
    ['002_gift.sql', '003_more.sql'],
  )
  it.engine.actions.approve(asked.id, again.hash, ada)
  await ended(it, asked.id)
  assert.equal(outcome(it, asked.id), 'succeeded')
})

test('a look that fails is shown and can be approved: as unknown, which is unsafe', async () => {
  await using it = await startEngine(migrating())
  it.world.teach('pending', { lines: [], endsAfterMs: 5, exitCode: 2 })
  await it.push('first')
  const asked = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const { plan, hash } = await waitFor('the look to be done', () => {
    const answer = it.queries.planOf(asked.id)
    return answer.plan.migrations.problem === null ? null : answer
  })
  assert.deepEqual([plan.migrations.class, plan.migrations.pending], ['unknown', null])
  it.engine.actions.approve(asked.id, hash, ada)
  await ended(it, asked.id)
  assert.equal(outcome(it, asked.id), 'succeeded')
})

test('two tracks with one lock migrate one after the other; without one they do not wait', async () => {
  for (const [lock, atOnce] of [
    ['orders', 1],
    [null, 2],
  ] as const) {
    await using it = await startEngine(twoPlaces({ lock }))
    it.world.teach('migrate', { lines: [], endsAfterMs: 300, exitCode: 0 })
    await it.push('first')
    await waitFor('both to be about to migrate', () => ['d1', 'd2'].every((id) => doing(it, id) === 'migrate'))
    await waitFor('those that may to run', () => runningMigrations(it) === atOnce)
    const waiting = it.store.outbox.ofLane('migration:orders').filter(({ number }) => number === null)
    assert.equal(waiting.length, 2 - atOnce)
    await waitFor('both to be live', () => live(it, staging) && live(it, 'shop/shop/testing'))
  }
})

test('what a cancelled deployment has begun runs to its end, and the next migration waits for it', async () => {
  await using it = await startEngine(migrating())
  it.world.teach('migrate', { lines: [], endsAfterMs: 400, exitCode: 0 })
  await it.push('first')
  await waitFor('the migration to run', () => it.world.host('one').oneOffs.has('d1-migrate'))
  it.engine.actions.cancelDeployment('d1', ada)
  await ended(it, 'd1')
  const first = it.world.host('one').oneOffs.get('d1-migrate')
  assert.equal(first?.result, null)
  it.engine.actions.deploy(inStaging, { version: null }, ada)
  const second = await waitFor('the next one', () => it.world.host('one').oneOffs.get('d2-migrate'))
  assert.notEqual(first?.result, null)
  assert.equal(second.result, null)
  await ended(it, 'd2')
})

test('a backup is made when something is pending, and only then; what is empty is none and nothing begins', async () => {
  const given = { migrations: 'before', backupBeforeMigrate: 'if_pending' } as const
  await using it = await startEngine(migrating(given, { backup: ['dump'] }))
  await pushed(it, 'nothing pending')
  assert.equal(it.world.host('one').oneOffs.has('d1-backup'), false)
  pendingNow(it, ['002.sql'])
  it.world.teach('dump', { lines: [], endsAfterMs: 5, exitCode: 0, writes: 0 })
  await it.push('empty backup')
  const empty = await newestEnded(it, staging, 'd1')
  assert.match(reasonOf(empty), /wrote nothing to \$SIGNALBOX_BACKUP_FILE/)
  assert.equal(it.world.host('one').oneOffs.has(`${empty.id}-migrate`), false)
  it.world.teach('dump', { lines: [], endsAfterMs: 5, exitCode: 0, writes: 42 })
  await pushed(it, 'good backup')
  const fact = it.store.facts.list({ after: 0, limit: 500 }).findLast(({ kind }) => kind === 'deployment.backup')
  assert.equal(fact?.data.bytes, 42)
})

test('going back behind a migration shows it in the plan and wants a reason', async () => {
  await using it = await startEngine(migrating())
  await pushed(it, 'first')
  pendingNow(it, ['002_gift.sql'])
  await pushed(it, 'second')
  pendingNow(it, [])
  const back = () => it.engine.actions.rollback(inStaging, { version: null }, ada)
  await assert.rejects(back, isFault('rollback.crosses_migration'))
  const [plan] = await it.queries.plan(inStaging, it.store.releases.get('v1')?.version ?? null)
  assert.deepEqual(plan?.plan.migrations.crosses, ['002_gift.sql'])
  const [made] = await it.engine.actions.rollback(inStaging, { version: null }, { ...ada, comment: 'it gets along' })
  const { phases } = await ended(it, made?.id ?? '')
  assert.equal(outcome(it, made?.id ?? ''), 'succeeded')
  assert.equal(
    phases.some(({ name }) => name === 'migrate'),
    false,
  )
  // It has run on the new database by now.
  it.engine.actions.deploy(inStaging, { version: it.store.releases.get('v2')?.version ?? null }, ada)
  await waitFor('the second to be live again', () => live(it, staging)?.release.id === 'v2')
  await it.engine.actions.rollback(inStaging, { version: null }, ada)
})

test('migrating is an operation of its own: ticked, recorded, and what serves stays (trap 19)', async () => {
  await using it = await startEngine(migrating({ migrations: 'manual' }))
  await pushed(it, 'first')
  pendingNow(it, ['002_gift.sql'])
  const before = live(it, staging)
  const wanted = { version: null, destructive: true }
  const count = it.store.deployments.newest(null, 99).length
  assert.throws(
    () => it.engine.actions.migrate(inStaging, { ...wanted, destructive: false }, ada),
    isFault('migration.not_ticked'),
  )
  assert.equal(it.store.deployments.newest(null, 99).length, count)
  const { id } = it.engine.actions.migrate(inStaging, wanted, ada)
  const { state, reason } = await ended(it, id)
  assert.ok(state.kind === 'finished' && state.outcome === 'succeeded')
  assert.equal(reason, 'migrate')
  assert.deepEqual(live(it, staging), before)
  assert.equal(it.world.host('one').oneOffs.get(`${id}-migrate`)?.result?.exitCode, 0)
  const said = it.store.facts.about(id).find(({ kind }) => kind === 'deployment.migrate')
  assert.deepEqual(said?.data.applied, ['002_gift.sql'])
})

test('migrating production needs the same yes as a deployment there (trap 19)', async () => {
  await using it = await startEngine(migrating({ migrations: 'manual' }))
  await it.push('first')
  const asked = await waitFor('a deployment that waits', () => waitingOn(it, production))
  const first = await waitFor('the look to be done', () => seen(it, asked.id))
  it.engine.actions.approve(asked.id, first.hash, ada)
  await ended(it, asked.id)
  pendingNow(it, ['002_gift.sql'])
  const { id } = it.engine.actions.migrate(inProduction, { version: null, destructive: true }, ada)
  const plan = await waitFor('the look to be done', () => {
    const answer = it.queries.planOf(id)
    return answer.plan.migrations.pending?.length === 1 ? answer : null
  })
  assert.equal(it.store.deployments.get(id)?.state.kind, 'waiting')
  assert.equal(plan.plan.migrations.when, 'now')
  it.engine.actions.approve(id, plan.hash, ada)
  await ended(it, id)
  assert.equal(outcome(it, id), 'succeeded')
})

test('looking uses the account that may only read, and what is for migrations only nobody else sees', async () => {
  const given = { variables: ['READ_URL'], pendingVariables: { DATABASE_URL: 'READ_URL' } }
  await using it = await startEngine(migrating({}, given))
  const change = (name: string, value: string) => [{ name, value, secret: true }]
  await it.engine.actions.setVariables(
    inStaging,
    [...change('DATABASE_URL', 'write'), ...change('READ_URL', 'read')],
    ada,
  )
  await pushed(it, 'first')
  const all = [...it.world.host('one').oneOffs.values()].map(({ oneOff }) => oneOff)
  const of = (word: string) => all.find(({ argv, name }) => argv[0] === word && name.startsWith('d1-'))?.env
  assert.deepEqual([of('pending')?.DATABASE_URL, of('migrate')?.DATABASE_URL], ['read', 'write'])
  const [web] = [...it.world.host('one').instances.values()].map(({ spec }) => spec.env)
  assert.deepEqual([web?.DATABASE_URL, web?.READ_URL], ['write', undefined])
})

test('an account that has no value is never replaced by the one that may write', async () => {
  const given = { pendingVariables: { DATABASE_URL: 'READ_URL' } }
  await using it = await startEngine(migrating({ migrations: 'forbid_pending' }, given))
  await it.push('first')
  assert.match(reasonOf(await newestEnded(it, staging, '')), /READ_URL, which DATABASE_URL is to be.*has no value/)
})

test('a late migration that fails leaves the new release live, and says so', async () => {
  await using it = await startEngine(migrating({ migrations: 'after' }))
  await pushed(it, 'first')
  it.world.teach('migrate', { lines: [], endsAfterMs: 5, exitCode: 3 })
  const sha = await it.push('second')
  const last = await newestEnded(it, staging, 'd1')
  assert.match(reasonOf(last), /exit code 3; .* is live, on a database that not all its migrations have reached/)
  assert.equal(live(it, staging)?.release.commit, sha)
})

function seen(it: EngineUnderTest, id: string) {
  const answer = it.queries.planOf(id)
  return answer.plan.migrations.pending === null ? null : answer
}

function reasonOf({ state }: Deployment): string {
  return state.kind === 'finished' ? (state.reason ?? '') : state.kind
}

function isVoid({ kind }: { readonly kind: string }): boolean {
  return kind === 'deployment.approval_void'
}

function pendingNow(it: EngineUnderTest, names: readonly string[]): void {
  it.world.teach('pending', slow(names, 10 + names.length * 20))
}

function slow(names: readonly string[], endsAfterMs: number) {
  const lines = names.map((text, index) => ({ stream: 'out', text, afterMs: 1 + index * 20 }) as const)
  return { lines, endsAfterMs, exitCode: names.length === 0 ? 0 : 1 }
}

function doing(it: EngineUnderTest, id: string): string | undefined {
  const deployment = it.store.deployments.get(id)
  return deployment === null ? undefined : currentStep(deployment)?.do
}

function runningMigrations(it: EngineUnderTest): number {
  const all = [...it.world.host('one').oneOffs.values()]
  return all.filter(({ oneOff, result }) => oneOff.argv[0] === 'migrate' && result === null).length
}

function appWith(given: Partial<MigrationSpec>) {
  const migrations = migrationSpec({ command: ['migrate'], pending: ['pending'], keepBackups: 5, ...given })
  return appSpec({ name: 'shop', processes: [processSpec({ name: 'web' })], migrations })
}

function migrating(given: Partial<PolicySpec> = {}, migrations: Partial<MigrationSpec> = {}) {
  const spec = projectSpec()
  const environments = spec.environments.map((each) => ({ ...each, policies: { ...policies, ...given } }))
  return { ...spec, apps: [appWith(migrations)], environments }
}

function twoPlaces(migrations: Partial<MigrationSpec>) {
  const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  const environments = ['staging', 'testing'].map((name) => environmentSpec({ name, apps: ['shop'], triggers }))
  return { ...projectSpec(), apps: [appWith(migrations)], environments }
}
