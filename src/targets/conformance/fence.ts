import assert from 'node:assert/strict'
import type { InstanceSpec, Order } from '../driver.ts'
import { fault, first, namesOf, type Rule, Stage, stops } from './stage.ts'

const noFiles = { kept: 'shared', entries: [], directory: '.', shared: [], isAll: false } as const

/** Every verb that carries a command number, called with this one. */
const verbs: Readonly<
  Record<string, (stage: Stage, specs: readonly InstanceSpec[], order: Order) => Promise<unknown>>
> = {
  prepare: (stage, specs, order) => stage.driver.prepare(first(specs).release, order, stage.signal),
  place: (stage, specs, order) => stage.driver.place(specs, order, stage.signal),
  route: (stage, specs, order) => stage.driver.route(stage.routing(specs), order, stage.signal),
  reload: (stage, specs, order) => stage.driver.reload(specs, order, stage.signal),
  share: (stage, specs, order) => stage.driver.share(first(specs).release, noFiles, order, stage.signal),
  drain: (stage, specs, order) => stage.driver.drain(stops(specs), order, stage.signal),
  remove: (stage, specs, order) => stage.driver.remove(stops(specs), order, stage.signal),
  run: (stage, specs, order) =>
    stage.driver.run(stage.oneOff('says', first(specs).release), order, () => {}, stage.signal),
  keep: (stage, specs, order) => stage.driver.keep(stage.track, [first(specs).release.digest], order, stage.signal),
}

const refusals: readonly Rule[] = Object.entries(verbs).map(([verb, call]) => ({
  name: `fence: ${verb} with a number lower than the newest is refused, and changes nothing`,
  check: async (stage) => {
    const specs = await stage.serving('good')
    const before = await stage.driver.observe(stage.track, stage.signal)
    await stage.driver.prepare(first(specs).release, stage.numbered(500), stage.signal)
    const said = await fault('target.fenced', call(stage, specs, stage.numbered(499)))
    assert.deepEqual([said.details.number, said.details.newest], [499, 500])
    const { instances, routed } = await stage.driver.observe(stage.track, stage.signal)
    assert.deepEqual([instances, routed], [before.instances, before.routed])
    assert.equal((await stage.visit()).status, 200)
  },
}))

const repeats: readonly Rule[] = Object.entries(verbs).map(([verb, call]) => ({
  name: `fence: ${verb} may be repeated with the same number`,
  check: async (stage) => {
    const specs = await stage.placed('good')
    await call(stage, specs, stage.numbered(500))
    await call(stage, specs, stage.numbered(500))
  },
}))

export const fenceRules: readonly Rule[] = [
  ...refusals,
  ...repeats,
  {
    name: 'fence: the numbers of one track do not bind another',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      await stage.driver.prepare(await stage.harness.release('good'), stage.numbered(900), stage.signal)
      await other.serving('good')
      other.end()
    },
  },
  {
    name: 'fence: is kept by the target, not by the driver',
    check: async (stage) => {
      const release = await stage.harness.release('good')
      const newer = await stage.harness.again()
      await newer.prepare(release, stage.numbered(700), stage.signal)
      await fault('target.fenced', stage.driver.prepare(release, stage.numbered(699), stage.signal))
      const newest = await stage.harness.again()
      await fault('target.fenced', newest.prepare(release, stage.numbered(699), stage.signal))
    },
  },
  {
    name: 'fence: observe and traffic need no number',
    check: async (stage) => {
      await stage.driver.prepare(await stage.harness.release('good'), stage.numbered(900), stage.signal)
      await stage.driver.observe(stage.track, stage.signal)
      await stage.driver.traffic(stage.track, 'look', stage.signal)
    },
  },
  {
    name: 'fence: a newer command makes a place in progress stop, and it starts nothing more',
    check: async (stage) => {
      const release = await stage.prepared('slow')
      const specs = [stage.spec(release), stage.spec(release)]
      const placing = stage.driver.place(specs, stage.numbered(500), stage.signal)
      placing.catch(() => {})
      await stage.until('it has begun', async () => (await stage.names()).length > 0)
      await stage.driver.remove(stops(specs), stage.numbered(501), stage.signal)
      await fault('target.fenced', placing)
      await stage.harness.clock.sleep(800, stage.signal)
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'fence: a newer command ends a drain in progress',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good')
      const next = await stage.placed('better')
      const visitor = stage.visit({ takesMs: 1500 })
      await stage.until('the app is answering', async () => (await stage.answering()).length > 0)
      await stage.route(next)
      const draining = stage.driver.drain(stops(old), stage.numbered(500), stage.signal)
      draining.catch(() => {})
      await stage.driver.route(stage.routing(next), stage.numbered(501), stage.signal)
      await fault('target.fenced', draining)
      assert.equal((await visitor).status, 200)
    },
  },
  {
    name: 'fence: a late duplicate of an old place does not bring a removed instance back',
    check: async (stage) => {
      const release = await stage.prepared('good')
      const specs = [stage.spec(release)]
      await stage.driver.place(specs, stage.numbered(500), stage.signal)
      await stage.driver.remove(stops(specs), stage.numbered(501), stage.signal)
      await fault('target.fenced', stage.driver.place(specs, stage.numbered(500), stage.signal))
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'fence: a late duplicate of an old route does not send visitors back',
    check: async (stage) => {
      const [old, next] = [await stage.placed('good'), await stage.placed('better')]
      await stage.driver.route(stage.routing(old), stage.numbered(500), stage.signal)
      await stage.driver.route(stage.routing(next), stage.numbered(501), stage.signal)
      await fault('target.fenced', stage.driver.route(stage.routing(old), stage.numbered(500), stage.signal))
      assert.deepEqual(await stage.routed(), namesOf(next))
      assert.equal((await stage.visit()).instance, first(next).name)
    },
  },
]
