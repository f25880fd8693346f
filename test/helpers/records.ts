import type { Delivery } from '../../src/domain/delivery.ts'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Fact } from '../../src/domain/facts.ts'
import type { GateFacts } from '../../src/domain/gates/gate.ts'
import type { Run } from '../../src/domain/run.ts'
import { messageOf } from './message.ts'
import { environmentSpec } from './spec.ts'

/** What is kept of things that happen, with everything left usual that a test does not name. */

const release = { id: 'v1', version: '4f2a91c', commit: '4f2a91c0'.repeat(5), digest: 'aa' }

export function runOf(given: Partial<Run> = {}): Run {
  return {
    ...{ id: 'r1', project: 'shop', event: 'e1', commit: release.commit, branch: 'main', ref: 'refs/heads/main' },
    ...{ committedAt: 0, title: 'First', by: 'ada', createdAt: 0, finishedAt: null, proposal: null },
    ...{ state: 'finished', expiresAt: null, outcome: null, reason: null, jobs: [] },
    ...given,
  }
}

export function deploymentOf(given: Partial<Deployment> = {}): Deployment {
  return {
    ...{ id: 'd1', project: 'shop', track: 'shop/shop/staging', release, reason: 'promote', by: 'ada', comment: null },
    ...{ scale: {}, variables: null, createdAt: 0, startedAt: null, finishedAt: null, opened: null, verdict: null },
    ...{ smoke: null, bake: null, versions: null, retryOf: null, attempt: 1, phases: [] },
    state: { kind: 'queued', approvedPlan: null, expiresAt: null },
    ...given,
  }
}

export function factOf(given: Pick<Fact, 'kind'> & Partial<Fact>): Fact {
  return { project: 'shop', subject: '', by: 'signalbox', data: {}, seq: 1, at: 0, hash: '', previous: '', ...given }
}

export function deliveryOf(given: Partial<Delivery> = {}): Delivery {
  return {
    ...{ id: 'n1', project: 'shop', fact: 1, message: messageOf(), state: 'waiting', attempts: 0, createdAt: 0 },
    ...{ dueAt: 0, giveUpAt: 0, deliveredAt: null, problem: null },
    recipient: { channel: 'command', to: 'tell', signedWith: [], people: {} },
    ...given,
  }
}

/** A release that nothing is in the way of. */
export function gateFactsOf(given: Partial<GateFacts> = {}): GateFacts {
  return {
    ...{ now: 0, deployment: deploymentOf(), environment: environmentSpec({ name: 'staging' }), plan: '' },
    ...{
      approvals: [],
      pushers: [],
      demands: [],
      checks: [],
      isLookedFor: false,
      isUnsure: false,
      lock: null,
      frozen: null,
    },
    ...{ freezeOverride: null, live: null, relation: null, missingVariables: [], unfitVariables: [], lacks: [] },
    ...{ access: 'public', doorUsers: [], active: null, ahead: [], elsewhere: [], succeededIn: [], hold: null },
    ...{ overrides: [] },
    ...given,
  }
}
