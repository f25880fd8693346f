import assert from 'node:assert/strict'
import { fault, first, namesOf, type Rule, Stage } from './stage.ts'

export const routeRules: readonly Rule[] = [
  {
    name: 'route: visitors reach the instances from the moment it resolves',
    check: async (stage) => {
      const [one] = await stage.serving('good')
      assert.ok(one)
      assert.deepEqual(await stage.visit(), { status: 200, digest: one.release.digest, instance: one.name })
    },
  },
  {
    name: 'route: visitors reach every instance of the list',
    check: async (stage) => {
      const specs = await stage.serving('good', 2)
      const answers = await stage.visits(40)
      assert.deepEqual([...new Set(answers.map((answer) => answer.instance))].sort(), namesOf(specs))
    },
  },
  {
    name: 'route: the list is complete, who is not in it gets no new visitor',
    check: async (stage) => {
      const [one, two] = await stage.serving('good', 2)
      assert.ok(one && two)
      await stage.route([two])
      const answers = await stage.visits(20)
      assert.deepEqual([...new Set(answers.map((answer) => answer.instance))], [two.name])
    },
  },
  {
    name: 'route: twice is the same as once',
    check: async (stage) => {
      const specs = await stage.serving('good')
      await stage.route(specs)
      assert.deepEqual(await stage.routed(), namesOf(specs))
      assert.equal((await stage.visit()).status, 200)
    },
  },
  {
    name: 'route: from one release to another loses no visitor, and nobody sees the old one afterwards',
    check: async (stage) => {
      await stage.serving('good', 2)
      const next = await stage.placed('better', 2)
      const answers = await stage.visitedDuring(() => stage.route(next))
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
      const later = await stage.visits(20)
      assert.deepEqual([...new Set(later.map((answer) => answer.digest))], [first(next).release.digest])
    },
  },
  {
    name: 'route: an empty list takes the track offline, and the edge answers 503',
    check: async (stage) => {
      await stage.serving('good')
      await stage.route([])
      assert.deepEqual(await stage.visit(), { status: 503, digest: null, instance: null })
      assert.deepEqual(await stage.routed(), [])
    },
  },
  {
    name: 'route: an instance that is not healthy is refused, and the routing stays as it was',
    check: async (stage) => {
      const [one] = await stage.serving('good')
      assert.ok(one)
      const bad = stage.doomed(await stage.prepared('never-healthy'))
      await fault('instance.unhealthy', stage.driver.place([bad], stage.order(), stage.signal))
      await fault('target.refused', stage.route([one, bad]))
      assert.deepEqual(await stage.routed(), [one.name])
      assert.equal((await stage.visit()).instance, one.name)
      await stage.remove([bad])
    },
  },
  {
    name: 'route: an instance that had visitors and is down does not keep others from them, and gets its own back',
    check: async (stage) => {
      const [one] = await stage.serving('slow')
      assert.ok(one)
      const [two] = await stage.placed('good')
      assert.ok(two)
      await stage.harness.crash(one.name)
      await stage.until('the crash is seen', async () => (await stage.instance(one.name)).state !== 'healthy')
      await stage.route([one, two])
      assert.equal((await stage.visit()).instance, two.name)
      await stage.until('both have visitors', async () => (await stage.visit()).instance === one.name)
    },
  },
  {
    name: 'route: an unknown instance is refused',
    check: async (stage) => {
      const specs = await stage.serving('good')
      await fault('target.refused', stage.route([...specs, stage.spec(first(specs).release)]))
      assert.deepEqual(await stage.routed(), namesOf(specs))
    },
  },
  {
    name: 'route: an instance of another track is refused',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      const foreign = await other.placed('good')
      await fault('target.refused', stage.route(foreign))
      assert.deepEqual(await stage.routed(), [])
      other.end()
    },
  },
  {
    name: 'route: two tracks do not touch each other',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      const [mine] = await stage.serving('good')
      const [theirs] = await other.serving('better')
      assert.ok(mine && theirs)
      assert.equal((await stage.visit()).instance, mine.name)
      assert.equal((await other.visit()).instance, theirs.name)
      await stage.route([])
      assert.equal((await stage.visit()).status, 503)
      assert.equal((await other.visit()).instance, theirs.name)
      other.end()
    },
  },
]
