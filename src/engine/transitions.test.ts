import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Behaviour } from '../targets/model/options.ts'

/** From a release that is well, or not, to one that is well, or not, or that somebody breaks off. */

const pushTriggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const spec = (bakeMs: number) =>
  projectSpec({
    checks: [],
    apps: [appSpec({ name: 'shop', processes: [processSpec({ name: 'web', instances: 2 })] })],
    environments: [environmentSpec({ name: 'staging', triggers: pushTriggers, policies: { ...policies, bakeMs } })],
  })

const good: Partial<Behaviour> = {}
const failsToStart: Partial<Behaviour> = { healthyAfterMs: 1, exitsAfterMs: 0 }
const answersBadly: Partial<Behaviour> = { status: 500 }
const neverReady: Partial<Behaviour> = { healthyAfterMs: null }

interface Transition {
  readonly name: string
  readonly from: Partial<Behaviour>
  readonly to: Partial<Behaviour>
  /** The step at which somebody cancels. */
  readonly abortAt?: string
  readonly ends: 'succeeded' | 'failed' | 'aborted'
}

const transitions: readonly Transition[] = [
  { name: 'good → good', from: good, to: good, ends: 'succeeded' },
  { name: 'good → bad at its start', from: good, to: failsToStart, ends: 'failed' },
  { name: 'good → bad to visitors', from: good, to: answersBadly, ends: 'failed' },
  { name: 'bad → good', from: answersBadly, to: good, ends: 'succeeded' },
  { name: 'bad → bad at its start', from: answersBadly, to: failsToStart, ends: 'failed' },
  { name: 'bad → bad to visitors as it was', from: answersBadly, to: answersBadly, ends: 'succeeded' },
  { name: 'good → good, broken off while it is watched', from: good, to: good, abortAt: 'bake', ends: 'aborted' },
  { name: 'good → bad, broken off while it starts', from: good, to: neverReady, abortAt: 'place', ends: 'aborted' },
  {
    name: 'bad → good, broken off while it is watched',
    from: answersBadly,
    to: good,
    abortAt: 'bake',
    ends: 'aborted',
  },
  {
    name: 'bad → bad, broken off while it starts',
    from: answersBadly,
    to: neverReady,
    abortAt: 'place',
    ends: 'aborted',
  },
]

for (const { name, from, to, abortAt, ends } of transitions) {
  test(`${name}: ${ends === 'succeeded' ? 'the new one serves' : 'what served before serves, whole'}`, async () => {
    await using it = await startEngine(spec(0))
    await it.push('v1', { behaviour: from })
    await waitFor('v1 to be live', () => live(it, staging))
    using _ = visitors(it)
    await it.push('v2', { spec: spec(ends === 'succeeded' ? 800 : 60_000), behaviour: to })
    if (abortAt !== undefined) {
      await rollingOn(it, staging, abortAt)
      it.engine.actions.cancelDeployment('d2', ada)
    }
    const { state } = await ended(it, 'd2')
    assert.ok(state.kind === 'finished')
    assert.deepEqual([state.outcome, state.rolledBack], [ends, ends !== 'succeeded'])
    const serving = ends === 'succeeded' ? 'd2' : 'd1'
    assert.equal(live(it, staging)?.deployment, serving)
    const [now] = await it.queries.status(inStaging.project, inStaging.environment)
    assert.deepEqual([...(now?.serving ?? [])].sort(), [`${serving}-web-1`, `${serving}-web-2`])
  })
}

function visitors(it: EngineUnderTest): Disposable {
  const timer = setInterval(() => void it.world.host('one').edge.visit('staging.test', {}), 5)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
