import assert from 'node:assert/strict'
import test from 'node:test'
import { projectSpec } from '../../test/helpers/spec.ts'
import { judgeProposal, type Proposed, proposalRef, trustOf } from './proposal.ts'
import { ranks } from './role.ts'
import type { ExternalPolicy } from './spec.ts'

const proposed: Proposed = { branch: 'main', isNew: true, changed: ['README.md'], trust: 'external' }

function spec(external: ExternalPolicy, more: { paths?: readonly string[]; types?: readonly string[] } = {}) {
  const pullRequest = {
    branches: ['main', 'release/*'],
    paths: [],
    types: ['opened', 'synchronize'],
    external,
    ...more,
  }
  return projectSpec({ triggers: { ...projectSpec().triggers, pullRequest } })
}

test('the last part of a proposal’s ref is its topic, all before it the branch', () => {
  assert.deepEqual(proposalRef('refs/for/main/typo'), { branch: 'main', topic: 'typo' })
  assert.deepEqual(proposalRef('refs/for/release/2.x/typo'), { branch: 'release/2.x', topic: 'typo' })
  for (const ref of ['refs/heads/main', 'refs/for/main', 'refs/for//x', 'refs/tags/for/x'])
    assert.equal(proposalRef(ref), null, ref)
})

test('only whoever may push to the branch is trusted; who may less, and who is nobody here, is not', () => {
  const trusts = [null, ...ranks].map((rank) => [rank, trustOf(rank)])
  assert.deepEqual(trusts, [
    [null, 'external'],
    ['viewer', 'external'],
    ['contributor', 'external'],
    ['deployer', 'trusted'],
    ['maintainer', 'trusted'],
    ['admin', 'trusted'],
  ])
})

test('X13: each policy, for who is trusted and who is not', () => {
  const judge = (policy: ExternalPolicy, trust: Proposed['trust']) => {
    const answer = judgeProposal({ ...proposed, trust }, spec(policy))
    return answer.run ? [answer.isHeld, answer.hasNetwork] : null
  }
  for (const policy of ['approve', 'sandboxed', 'deny'] as const)
    assert.deepEqual(judge(policy, 'trusted'), [false, true], policy)
  assert.deepEqual(
    (['approve', 'sandboxed', 'deny'] as const).map((policy) => judge(policy, 'external')),
    [[true, true], [false, false], null],
  )
})

test('branches, paths and types of the trigger are heeded, and without one nothing is run', () => {
  const because = (change: Partial<Proposed>, project = spec('approve')) =>
    judgeProposal({ ...proposed, ...change }, project).because
  assert.match(because({ branch: 'side' }), /does not name side/)
  assert.match(because({}, spec('approve', { paths: ['src/**'] })), /leaves out every path/)
  assert.match(because({ isNew: false }, spec('approve', { types: ['opened'] })), /leaves out "synchronize"/)
  assert.match(because({}, projectSpec()), /no pull_request trigger/)
})
