import assert from 'node:assert/strict'
import { tickingClock } from '../../../test/simulation/kit/ticking.ts'
import { sha256 } from '../../lib/hash.ts'
import { conformance } from '../conformance.ts'
import type { ReleaseOnTarget } from '../driver.ts'
import type { Harness, InstanceWish, OneOffWish, ReleaseKind } from '../harness.ts'
import { modelDriver } from './driver.ts'
import type { Behaviour, Script } from './options.ts'
import { ModelWorld } from './world.ts'

const behaviours: Readonly<Record<ReleaseKind, Partial<Behaviour>>> = {
  good: {},
  better: {},
  slow: { healthyAfterMs: 500 },
  'never-healthy': { healthyAfterMs: null },
  exits: { healthyAfterMs: null, exitsAfterMs: 20, exitCode: 1 },
  missing: { archive: 'missing' },
  damaged: { archive: 'damaged' },
}

const scripts: Readonly<Record<OneOffWish['kind'], Script>> = {
  says: {
    lines: [
      { stream: 'out', text: 'one', afterMs: 1 },
      { stream: 'err', text: 'three', afterMs: 2 },
      { stream: 'out', text: 'two', afterMs: 4 },
    ],
    endsAfterMs: 10,
    exitCode: 0,
  },
  fails: { lines: [], endsAfterMs: 10, exitCode: 3 },
  sleeps: { lines: [{ stream: 'out', text: 'asleep', afterMs: 1 }], endsAfterMs: 60_000, exitCode: 0 },
  naps: {
    lines: [
      { stream: 'out', text: 'asleep', afterMs: 1 },
      { stream: 'out', text: 'awake', afterMs: 500 },
    ],
    endsAfterMs: 510,
    exitCode: 0,
  },
  talks: { lines: [], endsAfterMs: 10, exitCode: 4 },
}

conformance('model', modelHarness)

async function modelHarness(): Promise<Harness> {
  const ticking = tickingClock()
  const executions = new Map<string, number>()
  const world = new ModelWorld({
    clock: ticking.clock,
    watch: (happening) => {
      if (happening.what !== 'executed') return
      executions.set(happening.oneOff.name, (executions.get(happening.oneOff.name) ?? 0) + 1)
    },
  })
  const host = world.host('model')
  for (const [word, script] of Object.entries(scripts)) world.teach(word, script)
  const named = (name: string) => host.instances.get(name) ?? assert.fail(`there is no instance ${name}`)
  return {
    driver: modelDriver({ world, host }),
    clock: ticking.clock,
    again: async () => modelDriver({ world, host }),
    release: async (kind) => published(world, kind),
    spec: (wish: InstanceWish) => ({ ...wish, argv: ['serve'], env: {}, directory: '.', shared: [] }),
    oneOff: ({ kind, ...wish }) => ({ ...wish, argv: [kind], env: {}, directory: '.', shared: [] }),
    executions: async (oneOff) => executions.get(oneOff) ?? 0,
    visit: (name, wish = {}) => host.edge.visit(name, wish),
    crash: async (name) => named(name).exit('SIGKILL'),
    freeze: async (name) => named(name).freeze(),
    thaw: async (name) => named(name).thaw(),
    unpacked: async (track) => [...host.unpacked(track)],
    async [Symbol.asyncDispose]() {
      world[Symbol.dispose]()
      ticking[Symbol.dispose]()
    },
  }
}

function published(world: ModelWorld, kind: ReleaseKind): ReleaseOnTarget {
  const release = { digest: sha256(kind), version: kind, commit: sha256(kind).slice(0, 40), app: 'app' }
  world.publish(release, behaviours[kind])
  return release
}
