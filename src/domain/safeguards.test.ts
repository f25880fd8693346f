import assert from 'node:assert/strict'
import test from 'node:test'
import { environmentSpec, policies } from '../../test/helpers/spec.ts'
import { demandsOn, maySatisfy, safeguardsOf, weakens } from './safeguards.ts'
import type { EnvironmentSpec, PolicySpec, ProtectionSpec } from './spec.ts'

const weekend = { cron: '0 16 * * FRI', durationMs: 1000, timezone: 'UTC', reason: 'weekend' }

function guarded(
  protection: Partial<ProtectionSpec> = {},
  more: Partial<PolicySpec> = {},
  given: Partial<EnvironmentSpec> = {},
) {
  const strict = {
    approvals: 2,
    approvers: ['ada', 'role:lead'],
    selfApproval: false,
    expiresMs: 1000,
    requireChecks: ['test'],
  }
  const kept = { permissions: { lock: ['ada'] }, rollback: 'automatic_only', freezes: [weekend] } as const
  return environmentSpec({
    ...{ name: 'production', needs: ['staging'], ...given },
    protection: { ...strict, ...protection },
    policies: { ...policies, ...kept, ...more },
  })
}

const strict = safeguardsOf(guarded())
const weakened = (...given: Parameters<typeof guarded>) => weakens(strict, safeguardsOf(guarded(...given)))

test('whatever lets through more than before is told, each in words of its own', () => {
  const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
    [weakened({ approvals: 1 }), ['approvals: 2 → 1']],
    [weakened({ approvals: 0 }), ['approvals: 2 → 0']],
    [weakened({ approvers: [] }), ['approvers: ada, role:lead → anyone who may deploy']],
    [weakened({ approvers: ['ada', 'eve'] }), ['approvers: ada, role:lead → ada, eve']],
    [weakened({ selfApproval: true }), ['self_approval: false → true']],
    [weakened({ requireChecks: ['lint'] }), ['require_checks: test is no longer among them']],
    [weakened({}, { permissions: {} }), ['permissions.lock: ada → everybody with the scope']],
    [weakened({}, { permissions: { lock: ['ada', 'eve'] } }), ['permissions.lock: ada → ada, eve']],
    [weakened({}, { rollback: 'allowed' }), ['rollback: automatic_only → allowed']],
    [weakened({}, { oneOffProtection: 'none' }), ['one_off_protection: environment → none']],
    [weakened({}, { freezes: [{ ...weekend, durationMs: 1 }] }), ['freezes: "weekend" is no longer as it was']],
    [weakened({}, {}, { needs: [] }), ['needs: staging is no longer among them']],
  ]
  for (const [found, wanted] of rows) assert.deepEqual(found, wanted)
})

test('where people are named who may deploy, a new trigger takes their yes; elsewhere it weakens nothing', () => {
  const open = { approvals: 0, approvers: [] }
  const named = { permissions: { deploy: ['ada'], promote: ['ada'] } }
  const usual = guarded(open, named)
  const triggered = { ...usual, triggers: { ...usual.triggers, push: ['main'] } }
  const inForce = [{ environment: 'production', safeguards: safeguardsOf(usual) }]
  assert.deepEqual(
    demandsOn(triggered, inForce).map(({ approvals, approvers, weakened }) => ({ approvals, approvers, weakened })),
    [{ approvals: 1, approvers: ['ada'], weakened: ['on: push main sends releases by itself'] }],
  )
  assert.deepEqual(demandsOn(usual, inForce), [])
  const anybody = guarded(open)
  const free = [{ environment: 'production', safeguards: safeguardsOf(anybody) }]
  assert.deepEqual(demandsOn({ ...anybody, triggers: triggered.triggers }, free), [])
})

test('what stays as it is or becomes stricter weakens nothing', () => {
  for (const found of [
    weakened(),
    weakened({ approvals: 3 }),
    weakened({ approvers: ['ada'] }),
    weakened({ requireChecks: ['test', 'lint'] }),
    weakened({ expiresMs: 1 }),
    weakened({ expiresMs: 1_000_000 }),
    weakened({}, { permissions: { lock: [], deploy: ['ada'] }, rollback: 'forbidden' }),
    weakened({}, { freezes: [weekend, { ...weekend, reason: 'more' }] }),
  ])
    assert.deepEqual(found, [])
})

test('where nobody was asked, who might have been says nothing', () => {
  const open = safeguardsOf(guarded({ approvals: 0 }))
  assert.deepEqual(weakens(open, safeguardsOf(guarded({ approvals: 0, approvers: [], selfApproval: true }))), [])
})

test('a release that weakens what is in force has to be approved by both the new rules and the old', () => {
  const inForce = [{ environment: 'production', safeguards: strict }]
  assert.deepEqual(demandsOn(guarded(), inForce).length, 1)
  const [own, old] = demandsOn(guarded({ approvals: 1, approvers: ['eve'] }), inForce)
  assert.deepEqual([own?.approvals, own?.approvers, own?.weakened], [1, ['eve'], []])
  assert.deepEqual([old?.approvals, old?.approvers, old?.selfApproval], [2, ['ada', 'role:lead'], false])
  assert.match(old?.weakened.join() ?? '', /approvals: 2 → 1/)
  const [only, ...others] = demandsOn(guarded({ approvals: 0 }), inForce)
  assert.deepEqual([only?.approvals, others], [2, []])
})

test('an environment under another name is known by its domain', () => {
  const hosts = ['shop.test']
  const inForce = [{ environment: 'production', safeguards: safeguardsOf(guarded({}, {}, { hosts })) }]
  const renamed = guarded({ approvals: 0 }, {}, { name: 'prod', hosts })
  assert.match(demandsOn(renamed, inForce)[0]?.weakened[0] ?? '', /^takes over from production: approvals: 2 → 0$/)
  assert.deepEqual(demandsOn({ ...renamed, hosts: ['other.test'] }, inForce), [])
})

test('a yes counts from those who are named and permitted, and from whoever asked only where that is allowed', () => {
  const demand = {
    approvals: 1,
    approvers: ['role:lead', 'ada'],
    selfApproval: false,
    permitted: ['role:staff', 'ada'],
    weakened: [],
  }
  assert.ok(maySatisfy(demand, { name: 'ada', roles: [] }, ['grace']))
  assert.ok(maySatisfy(demand, { name: 'eve', roles: ['lead', 'staff'] }, ['grace']))
  assert.ok(!maySatisfy(demand, { name: 'eve', roles: ['lead'] }, ['grace']))
  assert.ok(!maySatisfy(demand, { name: 'eve', roles: ['staff'] }, ['grace']))
  assert.ok(!maySatisfy(demand, { name: 'ada', roles: [] }, ['ada']))
  assert.ok(!maySatisfy(demand, { name: 'ada', roles: [] }, ['grace', 'ada']))
  assert.ok(maySatisfy({ ...demand, approvers: [], permitted: null }, { name: 'x', roles: [] }, ['grace']))
})
