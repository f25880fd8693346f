import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { policies } from '../../test/helpers/spec.ts'
import { type Deployment, type DeploymentEvent, decideDeployment, isActive } from './deployment.ts'
import { queueOf } from './queue.ts'
import { planRollout } from './rollout.ts'

type Act = { readonly do: 'ask' | 'go' | 'end' } | { readonly do: 'cancel'; readonly which: number }

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant({ do: 'ask' } as const),
  fc.constant({ do: 'go' } as const),
  fc.constant({ do: 'end' } as const),
  fc.record({ do: fc.constant('cancel' as const), which: fc.nat(20) }),
)

test('the queue is first in, first out, and lossless: what was asked for goes in order, or was ended by name (trap 13)', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const all = new Map<string, Deployment>()
      const gone: string[] = []
      const cancelled = new Set<string>()
      for (const each of [...acts, ...emptying(acts)]) perform(each, { all, gone, cancelled })
      const asked = [...all.keys()]
      assert.deepEqual(
        gone,
        asked.filter((id) => !cancelled.has(id)),
      )
    }),
  )
})

test('whoever has waited as long as it may and is to go on stands in front, in the order they were asked for', () => {
  const open = [queued(1), { ...queued(2), wentWithoutTurn: true }, queued(3), { ...queued(10), wentWithoutTurn: true }]
  assert.deepEqual(
    queueOf(open.toReversed()).map(({ id }) => id),
    ['d2', 'd10', 'd1', 'd3'],
  )
})

interface World {
  readonly all: Map<string, Deployment>
  readonly gone: string[]
  readonly cancelled: Set<string>
}

/** As the engine does it: the first of the queue goes when nothing moves. */
function perform(each: Act, { all, gone, cancelled }: World): void {
  const open = [...all.values()].filter(({ state }) => state.kind !== 'finished')
  const set = (deployment: Deployment, event: DeploymentEvent) =>
    all.set(deployment.id, decideDeployment(deployment, event, 1).deployment)
  switch (each.do) {
    case 'ask': {
      const asked = queued(all.size + 1)
      all.set(asked.id, asked)
      break
    }
    case 'go': {
      const [first] = queueOf(open)
      if (first === undefined || open.some(isActive)) break
      set(first, { type: 'turn', rollout, before: null, variables: 0, limitMs: 1000, approvals: [] })
      gone.push(first.id)
      break
    }
    case 'end': {
      const moving = open.find(isActive)
      if (moving !== undefined) set(moving, { type: 'quarantined', reason: 'the end' })
      break
    }
    case 'cancel': {
      const chosen = queueOf(open)[each.which]
      if (chosen === undefined) break
      set(chosen, { type: 'cancelled', by: 'ada' })
      cancelled.add(chosen.id)
    }
  }
}

/** Enough turns for everything that was asked for. */
function emptying(acts: readonly Act[]): readonly Act[] {
  return acts.flatMap(() => [{ do: 'end' }, { do: 'go' }] as const)
}

const release = { id: 'v1', version: '1', commit: 'a'.repeat(40), digest: 'd' }
const rollout = planRollout({
  ...{ deployment: 'd1', release, variables: 0, processes: [], live: null, policies },
  ...{ hasMigrations: false, files: null, keepRunning: false, url: '' },
})

function queued(number: number): Deployment {
  return {
    ...{ id: `d${number}`, project: 'shop', track: 'shop/shop/staging', release, reason: 'promote', by: 'ada' },
    ...{ comment: null, scale: {}, createdAt: number, startedAt: null, finishedAt: null },
    state: { kind: 'queued', approvedPlan: null, expiresAt: null },
    ...{ opened: null, verdict: null, phases: [], variables: null, smoke: null, bake: null },
    ...{ versions: null, retryOf: null, attempt: 1 },
  }
}
