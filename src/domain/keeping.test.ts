import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { names, play } from '../../test/helpers/play.ts'
import { policies, processSpec } from '../../test/helpers/spec.ts'
import type { Deployment, Ending, Progress } from './deployment.ts'
import { keptOf, standing } from './keeping.ts'
import { isRouted, planRevert, planRollout } from './rollout.ts'
import type { ProcessSpec } from './spec.ts'
import type { Instance, Live } from './track.ts'

const ref = (id: string) => ({ id, version: id, commit: id.padEnd(40, '0'), digest: id })
const failed: Ending = { outcome: 'failed', reason: 'it does not work' }

/** A rollout from v2 back to v1, broken off at one of its steps. */
const broken = fc
  .record({
    before: processesOf(),
    after: processesOf(),
    strategy: fc.oneof(
      fc.integer({ min: 1, max: 4 }).map((batch) => ({ kind: 'start_first', batch }) as const),
      fc.constant({ kind: 'stop_start' } as const),
    ),
    cut: fc.nat(),
  })
  .map(({ before, after, strategy, cut }) => {
    const live = {
      deployment: 'd2',
      release: ref('v2'),
      variables: 1,
      instances: rollout('d2', before, null).instances,
    }
    const { steps, instances } = rollout('d3', after, live, strategy)
    const at = cut % steps.length
    const progress: Progress = { steps, at, instances, before: live, variables: 1, limitAt: 0 }
    return { live, progress, strategy }
  })

test('a rollback is never rolled back: what stands is kept, and old ones come back only where somebody would be missing (C23)', () => {
  fc.assert(
    fc.property(broken, ({ live, progress, strategy }) => {
      const { steps, at, instances } = progress
      const kept = standing(rollback, progress, 'rollback')
      const stopped = play(steps.slice(0, at), live)
      const world = play(planRevert(kept, steps.slice(0, at + 1), live.instances), stopped, ({ routed }) => {
        const floor = Math.min(webs(live.instances), webs(instances))
        if (strategy.kind === 'start_first') assert.ok(routed.size >= floor, `${routed.size} of ${floor} serve`)
      })
      assert.deepEqual([...world.running].sort(), names(kept.instances))
      assert.deepEqual([...world.routed].sort(), names(kept.instances.filter(isRouted)))
      for (const process of ['web', 'worker', 'beat']) {
        const [all, own] = [kept.instances, kept.instances.filter(({ deployment }) => deployment === 'd3')].map(
          (some) => some.filter((each) => each.process === process),
        ) as [Instance[], Instance[]]
        const floor = Math.min(...[live.instances, instances].map((some) => count(some, process)))
        assert.ok(all.length >= floor, `${all.length} of ${floor} ${process} are kept`)
        const back = all.filter(({ name }) => !own.some((each) => each.name === name) && !stopped.running.has(name))
        if (back.length > 0) assert.equal(all.length, floor, `${process}: old ones are back without need`)
      }
    }),
  )
})

test('a singleton is never two while what stands is kept', () => {
  const beats = (running: ReadonlySet<string>) => [...running].filter((name) => name.includes('-beat-')).length
  fc.assert(
    fc.property(broken, ({ live, progress: { steps, at, ...rest } }) => {
      const stopped = play(steps.slice(0, at), live)
      const kept = standing(rollback, { steps, at, ...rest }, 'rollback')
      const back = planRevert(kept, steps.slice(0, at + 1), live.instances)
      play(back, stopped, ({ running }) => assert.ok(beats(running) <= 1))
    }),
  )
})

test('what is kept belongs to the new release only when nothing of the old one is left', () => {
  const web = [processSpec({ name: 'web', instances: 2 })]
  const live: Live = {
    deployment: 'd2',
    release: ref('v2'),
    variables: 4,
    instances: rollout('d2', web, null).instances,
  }
  const { steps, instances } = rollout('d3', web, live)
  const kept = (at: number) =>
    standing(rollback, { steps, at, instances, before: live, variables: 5, limitAt: 0 }, 'rollback')
  const [second] = steps.flatMap((step, at) => (step.do === 'place' ? [at] : [])).slice(1)
  const half = kept(second ?? 0)
  assert.deepEqual([half.deployment, names(half.instances)], ['d2', ['d2-web-2', 'd3-web-1']])
  const whole = kept(steps.length - 1)
  const same = { steps, at: steps.length - 1, instances, before: live, variables: 4, limitAt: 0 }
  assert.equal(standing(rollback, same, 'same').deployment, 'd2')
  assert.deepEqual([whole.deployment, whole.variables, names(whole.instances)], ['d3', 5, ['d3-web-1', 'd3-web-2']])
})

test('a person who cancels a rollback is taken back; whoever is displaced by a newer one is not', () => {
  const live = { deployment: 'd2', release: ref('v2'), variables: 1, instances: [] }
  const progress: Progress = { steps: [], at: 0, instances: [], before: live, variables: 1, limitAt: 0 }
  const [cancelled, displaced]: Ending[] = [
    { outcome: 'aborted', reason: 'cancelled by ada' },
    { outcome: 'aborted', reason: 'superseded by d4', supersededBy: 'd4' },
  ]
  assert.equal(keptOf(rollback, progress, cancelled as Ending), null)
  assert.equal(keptOf(rollback, progress, displaced as Ending), 'rollback')
  assert.equal(keptOf({ ...rollback, reason: 'promote' }, progress, failed), null)
})

test('the same release with the same variables is never rolled out in place of itself; with other variables it is (C23)', () => {
  const live = { deployment: 'd2', release: ref('v1'), variables: 1, instances: [] }
  const progress: Progress = { steps: [], at: 0, instances: [], before: live, variables: 1, limitAt: 0 }
  const redeploy = { ...rollback, reason: 'redeploy' } as const
  assert.equal(keptOf(redeploy, progress, failed), 'same')
  assert.equal(keptOf(redeploy, { ...progress, variables: 2 }, failed), null)
  assert.equal(keptOf({ ...redeploy, reason: 'scale' }, progress, failed), null)
  assert.equal(keptOf(redeploy, { ...progress, before: null }, failed), null)
})

const rollback = { id: 'd3', release: ref('v1'), reason: 'rollback' } as Deployment

function processesOf() {
  return fc
    .record({
      web: fc.integer({ min: 1, max: 5 }),
      worker: fc.integer({ min: 0, max: 3 }),
      beat: fc.boolean(),
    })
    .map(({ web, worker, beat }): readonly ProcessSpec[] => [
      processSpec({ name: 'web', instances: web }),
      processSpec({ name: 'worker', instances: worker }),
      ...(beat ? [processSpec({ name: 'beat', singleton: true })] : []),
    ])
}

function rollout(
  deployment: string,
  processes: readonly ProcessSpec[],
  live: Live | null,
  strategy: (typeof policies)['strategy'] = policies.strategy,
) {
  const release = ref(deployment === 'd2' ? 'v2' : 'v1')
  const given = { ...policies, strategy, migrations: 'manual' as const }
  return planRollout({
    ...{ deployment, release, variables: 1, processes, live, policies: given },
    ...{ url: 'http://shop.test', hasMigrations: false, files: null, keepRunning: false },
  })
}

function count(instances: readonly Instance[], process: string): number {
  return instances.filter((each) => each.process === process).length
}

function webs(instances: readonly Instance[]): number {
  return count(instances, 'web')
}
