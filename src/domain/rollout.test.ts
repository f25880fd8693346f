import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { names, play, type World } from '../../test/helpers/play.ts'
import { policies, processSpec } from '../../test/helpers/spec.ts'
import { isRouted, planMigration, planRevert, planRollout, type RolloutInput, type Step } from './rollout.ts'
import type { PolicySpec, ProcessSpec } from './spec.ts'
import type { Instance, Live } from './track.ts'

const ref = (id: string) => ({ id, version: id, commit: id.padEnd(40, '0'), digest: id })

const processes = fc
  .record({
    web: fc.integer({ min: 1, max: 5 }),
    worker: fc.integer({ min: 0, max: 3 }),
    beat: fc.boolean(),
  })
  .map(({ web, worker, beat }): readonly ProcessSpec[] => [
    processSpec({ name: 'worker', instances: worker }),
    processSpec({ name: 'web', instances: web }),
    ...(beat ? [processSpec({ name: 'beat', singleton: true })] : []),
  ])

const strategy = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((batch) => ({ kind: 'start_first', batch }) as const),
  fc.constant({ kind: 'immutable' } as const),
)

const input = fc
  .record({ before: fc.option(processes), after: processes, strategy, keepRunning: fc.boolean() })
  .map(({ before, after, strategy, keepRunning }): RolloutInput => {
    const live = before === null ? null : liveAfter(planRollout(base('d1', before, null)).instances)
    return {
      ...base('d2', after, live),
      keepRunning: keepRunning && live !== null,
      policies: { ...policies, strategy, migrations: 'manual' },
    }
  })

test('a rollout ends with exactly what was asked for, running and routed', () => {
  fc.assert(
    fc.property(input, (rollout) => {
      const { steps, instances } = planRollout(rollout)
      const world = play(steps, rollout.live)
      assert.deepEqual([...world.running].sort(), names(instances))
      assert.deepEqual([...world.routed].sort(), names(instances.filter(isRouted)))
      for (const { name, instances: count } of rollout.processes) {
        assert.equal(instances.filter(({ process }) => process === name).length, count)
      }
    }),
  )
})

test('what serves is verified, goes through its smoke steps, is watched, and is verified again before it counts', () => {
  const step = {
    name: 'smoke',
    run: 'true',
    directory: '.',
    env: {},
    timeoutMs: null,
    retries: 0,
    continueOnError: false,
  }
  const tried = { ...policies, migrations: 'manual', smoke: [step], bakeMs: 1000 } as const
  const steps = (given: Partial<RolloutInput>) =>
    planRollout({ ...base('d2', [processSpec({ name: 'web' })], null), policies: tried, ...given }).steps
  const all = steps({}).map((each) => each.do)
  assert.deepEqual(all.slice(-5), ['verify', 'smoke', 'bake', 'verify', 'measure'])
  const kept = steps({ keepRunning: true }).map((each) => each.do)
  assert.deepEqual(kept.slice(-2), ['verify', 'measure'])
  assert.ok(!kept.includes('smoke') && !kept.includes('bake'))
})

test('start-first never serves with fewer instances than the smaller of before and after', () => {
  fc.assert(
    fc.property(input, (rollout) => {
      const before = rollout.live?.instances.filter(isRouted).length ?? 0
      const after = rollout.processes.find(({ name }) => name === 'web')?.instances ?? 0
      const floor = Math.min(before, after)
      play(planRollout(rollout).steps, rollout.live, ({ routed }) => assert.ok(routed.size >= floor))
    }),
  )
})

test('only what runs is routed, and nothing is drained or stopped while visitors are sent to it', () => {
  fc.assert(
    fc.property(input, (rollout) => {
      play(planRollout(rollout).steps, rollout.live, ({ routed, running }, step) => {
        for (const name of routed) assert.ok(running.has(name), `${name} is routed and does not run`)
        if (step.do === 'drain' || step.do === 'remove') {
          for (const { name } of step.instances) assert.ok(!routed.has(name), `${step.do} of ${name} while routed`)
        }
      })
    }),
  )
})

test('a singleton never runs twice, neither on the way forward nor on the way back', () => {
  const singletons = ({ running }: World) => [...running].filter((name) => name.includes('-beat-')).length
  fc.assert(
    fc.property(input, fc.nat(), (rollout, cut) => {
      const { steps } = planRollout(rollout)
      const at = cut % steps.length
      const world = play(steps.slice(0, at), rollout.live, (now) => assert.ok(singletons(now) <= 1))
      play(planRevert(rollout.live, steps.slice(0, at + 1)), world, (now) => assert.ok(singletons(now) <= 1))
    }),
  )
})

test('where the old ones stop before the new ones start, they never run side by side, on the way back neither', () => {
  const web = [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'worker', instances: 2 })]
  const live = liveAfter(planRollout(base('d1', web, null)).instances)
  const stopStart = { ...policies, strategy: { kind: 'stop_start' } as const, migrations: 'manual' as const }
  const { steps } = planRollout({ ...base('d2', web, live), policies: stopStart })
  const isMixed = ({ running }: World, process: string) =>
    [live.instances, steps.flatMap((step) => (step.do === 'place' ? step.instances : []))].every((group) =>
      group.some((instance) => instance.process === process && running.has(instance.name)),
    )
  const check = (world: World) => assert.ok(!isMixed(world, 'web') && !isMixed(world, 'worker'))
  for (const at of steps.keys()) {
    for (const through of [at, at + 1]) {
      const world = play(steps.slice(0, through), live, check)
      play(planRevert(live, steps.slice(0, at + 1)), world, check)
    }
  }
})

test('going back from any point ends with what was live, whole, and nothing else', () => {
  fc.assert(
    fc.property(input, fc.nat(), (rollout, cut) => {
      const { steps } = planRollout(rollout)
      const at = cut % steps.length
      const stopped = play(steps.slice(0, at), rollout.live)
      const world = play(planRevert(rollout.live, steps.slice(0, at + 1)), stopped)
      const before = rollout.live?.instances ?? []
      assert.deepEqual([...world.running].sort(), names(before))
      assert.deepEqual([...world.routed].sort(), names(before.filter(isRouted)))
    }),
  )
})

test('doing every step twice changes nothing', () => {
  fc.assert(
    fc.property(input, (rollout) => {
      const { steps } = planRollout(rollout)
      const once = play(steps, rollout.live)
      const twice = play(
        steps.flatMap((step) => [step, step]),
        rollout.live,
      )
      assert.deepEqual([twice.running, twice.routed], [once.running, once.routed])
    }),
  )
})

test('names come from the deployment, so planning again gives the same names', () => {
  fc.assert(fc.property(input, (rollout) => assert.deepEqual(planRollout(rollout), planRollout(rollout))))
})

test('workers follow when the web has been replaced, or lead when the policy says so', () => {
  const both = [processSpec({ name: 'worker' }), processSpec({ name: 'web' })]
  const order = (processOrder: readonly string[]) => {
    const { steps } = planRollout({ ...base('d1', both, null), policies: { ...policies, processOrder } })
    return steps.flatMap((step) => (step.do === 'place' ? step.instances.map(({ process }) => process) : []))
  }
  assert.deepEqual(order([]), ['web', 'worker'])
  assert.deepEqual(order(['worker', 'web']), ['worker', 'web'])
})

const migratingBy = (moment: PolicySpec['migrations'], more: Partial<RolloutInput> = {}) =>
  planRollout({
    ...{
      deployment: 'd2',
      release: ref('v2'),
      variables: 1,
      live: webOf('d1'),
      files: null,
      hasMigrations: true,
      url: 'http://x.test',
    },
    ...{ processes: [processSpec({ name: 'web', instances: 2 })], keepRunning: false },
    policies: { ...policies, migrations: moment },
    migrating: { canBeAsked: true, isBackedUp: true, lock: null, approved: null },
    ...more,
  }).steps.map((step) => step.do)

test('it is looked for pending migrations when nothing has moved, whatever the policy is', () => {
  for (const moment of ['forbid_pending', 'before', 'on_release_start', 'after', 'manual'] as const) {
    const doing = migratingBy(moment)
    assert.deepEqual(doing.slice(0, 3), ['prepare', 'survey', 'measure'], moment)
  }
})

test('each policy has its moment, and the backup is made right before the migration', () => {
  const around = (moment: PolicySpec['migrations'], more: Partial<RolloutInput> = {}) => {
    const doing = migratingBy(moment, more)
    const at = doing.indexOf('migrate')
    return at < 0 ? null : [doing[at - 2], doing[at - 1], doing[at + 1]]
  }
  assert.deepEqual(around('before'), ['measure', 'backup', 'place'])
  assert.deepEqual(around('on_release_start'), ['measure', 'backup', 'place'])
  assert.deepEqual(around('after'), ['verify', 'backup', 'measure'])
  assert.equal(around('manual'), null)
  assert.equal(around('forbid_pending'), null)
})

test('where the old code stops first, `before` migrates while it runs and `on_release_start` when it is gone', () => {
  const stopStart = { strategy: { kind: 'stop_start' } as const }
  const of = (moment: PolicySpec['migrations']) =>
    migratingBy(moment, { policies: { ...policies, ...stopStart, migrations: moment } })
  assert.ok(of('before').indexOf('migrate') < of('before').indexOf('remove'))
  assert.ok(of('on_release_start').indexOf('migrate') > of('on_release_start').indexOf('remove'))
  assert.ok(of('on_release_start').indexOf('migrate') < of('on_release_start').indexOf('place'))
})

test('migrating only is migrating only: nothing is placed, routed or removed', () => {
  const { steps, instances } = planMigration({
    ...{
      deployment: 'd2',
      release: ref('v2'),
      variables: 1,
      live: webOf('d1'),
      files: null,
      hasMigrations: true,
      url: 'http://x.test',
    },
    ...{ processes: [processSpec({ name: 'web', instances: 2 })], keepRunning: false },
    policies: { ...policies, migrations: 'forbid_pending' },
    migrating: { canBeAsked: true, isBackedUp: true, lock: 'orders', approved: null },
  })
  assert.deepEqual(
    steps.map((step) => step.do),
    ['prepare', 'survey', 'backup', 'migrate'],
  )
  assert.deepEqual(
    instances.map(({ name }) => name),
    ['d1-web-1', 'd1-web-2'],
  )
})

test('migrations run before the first new instance starts', () => {
  const { steps } = planRollout({ ...base('d1', [processSpec({ name: 'web' })], null), hasMigrations: true, policies })
  const doing = steps.map((step) => step.do)
  assert.ok(doing.indexOf('migrate') > doing.indexOf('prepare') && doing.indexOf('migrate') < doing.indexOf('place'))
})

function webOf(deployment: string): Live {
  const made = ['web-1', 'web-2'].map((name) => ({
    ...{ name: `${deployment}-${name}`, deployment, process: 'web', release: ref('v1'), variables: 1 },
  }))
  return { deployment, release: ref('v1'), variables: 1, instances: made }
}

function base(deployment: string, wanted: readonly ProcessSpec[], live: Live | null): RolloutInput {
  return {
    deployment,
    release: ref(deployment),
    variables: 1,
    processes: wanted,
    live,
    policies: { ...policies, migrations: 'manual' },
    url: 'http://shop.test',
    hasMigrations: false,
    files: null,
    keepRunning: false,
  }
}

function liveAfter(instances: readonly Instance[]): Live {
  return { deployment: 'd1', release: ref('d1'), variables: 1, instances }
}

test('immutable: one alone proves itself, then the whole set stands beside the old, and only then anything of the old is touched', () => {
  const processes = [processSpec({ name: 'web', instances: 3 }), processSpec({ name: 'worker', instances: 2 })]
  const live = liveAfter(planRollout(base('d1', processes, null)).instances)
  const strategy = { kind: 'immutable' } as const
  const { steps } = planRollout({ ...base('d2', processes, live), policies: { ...policies, strategy } })
  const told = steps.flatMap((step) =>
    'instances' in step && step.do !== 'verify'
      ? [`${step.do} ${step.instances.map(({ name }) => name).join(' ')}`]
      : [],
  )
  assert.deepEqual(told, [
    ...['place d2-web-1', 'place d2-web-2 d2-web-3', 'place d2-worker-1', 'place d2-worker-2'],
    'route d2-web-1 d2-web-2 d2-web-3',
    ...['drain d1-web-1 d1-web-2 d1-web-3', 'remove d1-web-1 d1-web-2 d1-web-3', 'remove d1-worker-1 d1-worker-2'],
  ])
  const proved = steps.slice(0, steps.findIndex((step) => step.do === 'place') + 1)
  const back = planRevert(live, proved)
  assert.deepEqual(
    back.flatMap((step) => (step.do === 'remove' ? step.instances.map(({ name }) => name) : [])),
    ['d2-web-1'],
    'what failed alone is all that goes',
  )
})

test('reload: proved beside first, then one process after the other goes on under the new release, and going back is the same', () => {
  const processes = [processSpec({ name: 'web', instances: 2 }), processSpec({ name: 'worker' })]
  const reloading = { policies: { ...policies, strategy: { kind: 'reload', signal: 'SIGHUP' } as const } }
  const startedWith = { web: 'h1' }
  const live = liveAfter(planRollout({ ...base('d1', processes, null), ...reloading, startedWith }).instances)
  const next = { ...base('d2', processes, live), ...reloading, startedWith }
  const { steps, instances } = planRollout(next)
  assert.deepEqual(told(steps), [
    ...['place d2-web-3', 'remove d2-web-3', 'reload d1-web-1', 'reload d1-web-2', 'route d1-web-1 d1-web-2'],
    ...['place d2-worker-1', 'remove d1-worker-1'],
  ])
  const web = instances.filter(isRouted)
  assert.deepEqual(
    web.map(({ name, deployment, release }) => [name, deployment, release.id]),
    [
      ['d1-web-1', 'd2', 'd2'],
      ['d1-web-2', 'd2', 'd2'],
    ],
  )
  const half = steps.slice(0, steps.findIndex((step) => step.do === 'reload') + 1)
  assert.deepEqual(told(planRevert(live, half)), [
    ...['place d1-web-2 d1-worker-1', 'reload d1-web-1', 'route d1-web-1 d1-web-2'],
    ...['drain d2-web-3', 'remove d2-web-3'],
  ])
})

test('reload: a process that was started with something else, or is to start anew, is replaced', () => {
  const processes = [processSpec({ name: 'web' })]
  const reloading = { policies: { ...policies, strategy: { kind: 'reload', signal: 'SIGHUP' } as const } }
  const first = { ...base('d1', processes, null), ...reloading, startedWith: { web: 'h1' } }
  const live = liveAfter(planRollout(first).instances)
  const does = (more: object) => told(planRollout({ ...base('d2', processes, live), ...reloading, ...more }).steps)[0]
  assert.equal(does({ startedWith: { web: 'h2' } }), 'place d2-web-1')
  assert.equal(does({ startedWith: { web: 'h1' }, release: live.release }), 'place d2-web-1')
  assert.equal(does({ startedWith: { web: 'h1' } }), 'place d2-web-2')
})

function told(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    'instances' in step && step.do !== 'verify'
      ? [`${step.do} ${step.instances.map(({ name }) => name).join(' ')}`]
      : [],
  )
}
