import assert from 'node:assert/strict'
import { fault, first, namesOf, type Rule, stops } from './stage.ts'

export const placeRules: readonly Rule[] = [
  {
    name: 'place: resolves when every instance is healthy',
    check: async (stage) => {
      const specs = await stage.placed('good', 3)
      const instances = await stage.instances()
      assert.deepEqual(instances.map((instance) => instance.name).sort(), namesOf(specs))
      assert.ok(instances.every((instance) => instance.state === 'healthy'))
    },
  },
  {
    name: 'place: twice is one instance',
    check: async (stage) => {
      const specs = await stage.placed('good')
      const before = await stage.instances()
      await stage.driver.place(specs, stage.order(), stage.signal)
      assert.deepEqual(await stage.instances(), before)
    },
  },
  {
    name: 'place: the same call twice at once is one instance',
    check: async (stage) => {
      const specs = [stage.spec(await stage.prepared('slow'))]
      const order = stage.order()
      const calls = [1, 2].map(() => stage.driver.place(specs, order, stage.signal))
      await Promise.all(calls)
      assert.deepEqual(await stage.names(), namesOf(specs))
      assert.equal((await stage.instance(first(specs).name)).restarts, 0)
    },
  },
  {
    name: 'place: starts only what is missing',
    check: async (stage) => {
      const [one] = await stage.placed('good')
      assert.ok(one)
      const before = await stage.instance(one.name)
      const two = stage.spec(one.release)
      await stage.driver.place([one, two], stage.order(), stage.signal)
      assert.deepEqual(await stage.names(), namesOf([one, two]))
      assert.deepEqual(await stage.instance(one.name), before)
    },
  },
  {
    name: 'place: an instance that is still being stopped starts again once it has gone',
    check: async (stage) => {
      const specs = await stage.serving('good', 1, { graceMs: 800 })
      const { name } = first(specs)
      const before = await stage.instance(name)
      await stage.harness.freeze(name)
      const removal = Promise.allSettled([stage.remove(specs)])
      await stage.until('it is being stopped', async () => (await stage.instances())[0]?.state !== 'healthy')
      await stage.driver.place(specs, stage.order(), stage.signal)
      const after = await stage.instance(name)
      assert.equal(after.state, 'healthy')
      assert.notEqual(after.pid, before.pid)
      await removal
    },
  },
  {
    name: 'place: waits for an instance that is slow to become healthy',
    check: async (stage) => {
      const release = await stage.prepared('slow')
      const spec = stage.spec(release)
      const ms = await stage.took(() => stage.driver.place([spec], stage.order(), stage.signal))
      assert.ok(ms >= 400, `resolved after ${ms} ms, before the instance could be healthy`)
      assert.equal((await stage.instance(spec.name)).state, 'healthy')
    },
  },
  {
    name: 'place: an instance that is never healthy is the Fault instance.unhealthy, and stays for remove',
    check: async (stage) => {
      const spec = stage.doomed(await stage.prepared('never-healthy'))
      const said = await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      assert.equal(said.details.instance, spec.name)
      assert.notEqual((await stage.instance(spec.name)).state, 'healthy')
      await stage.remove([spec])
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'place: again, of an instance that is never healthy, is the same Fault again',
    check: async (stage) => {
      const spec = stage.doomed(await stage.prepared('never-healthy'))
      await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      assert.deepEqual(await stage.names(), [spec.name])
      await stage.remove([spec])
    },
  },
  {
    name: 'place: an instance that exits at its start is the Fault instance.unhealthy',
    check: async (stage) => {
      const spec = stage.doomed(await stage.prepared('exits'))
      const said = await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      assert.equal(said.details.instance, spec.name)
      assert.equal((await stage.instance(spec.name)).lastExit, 'exit 1')
      await stage.remove([spec])
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'place: one bad instance among good ones is named, and the good ones run',
    check: async (stage) => {
      const good = stage.spec(await stage.prepared('good'))
      const bad = stage.doomed(await stage.prepared('never-healthy'))
      const said = await fault('instance.unhealthy', stage.driver.place([good, bad], stage.order(), stage.signal))
      assert.equal(said.details.instance, bad.name)
      await stage.until('the good one is healthy', async () => (await stage.instance(good.name)).state === 'healthy')
      await stage.remove([good, bad])
    },
  },
  {
    name: 'place: a process without a probe counts when it still runs after its start period',
    check: async (stage) => {
      const release = await stage.prepared('never-healthy')
      const spec = stage.spec(release, { process: 'worker', probe: 'process', startPeriodMs: 300 })
      const ms = await stage.took(() => stage.driver.place([spec], stage.order(), stage.signal))
      assert.ok(ms >= 290, `resolved after ${ms} ms, before the start period was over`)
      assert.equal((await stage.instance(spec.name)).state, 'healthy')
    },
  },
  {
    name: 'place: a process without a probe that exits is the Fault instance.unhealthy',
    check: async (stage) => {
      const release = await stage.prepared('exits')
      const spec = stage.spec(release, { process: 'worker', probe: 'process', startPeriodMs: 700 })
      await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      await stage.remove([spec])
    },
  },
  {
    name: 'place: ends at once when the signal is aborted, and what it started stays',
    check: async (stage) => {
      const spec = stage.spec(await stage.prepared('never-healthy'))
      const reason = new Error('enough')
      const call = stage.driver.place([spec], stage.order(), stage.abortedAfter(300, reason))
      const ms = await stage.took(() => assert.rejects(call, (error) => error === reason))
      assert.ok(ms < 5000, `took ${ms} ms`)
      await stage.until('it is there', async () => (await stage.names()).includes(spec.name))
      await stage.remove([spec])
    },
  },
  {
    name: 'place: a repeat takes up what an aborted call has started',
    check: async (stage) => {
      const spec = stage.spec(await stage.prepared('slow'))
      const reason = new Error('enough')
      const call = stage.driver.place([spec], stage.order(), stage.abortedAfter(150, reason))
      await assert.rejects(call, (error) => error === reason)
      const driver = await stage.harness.again()
      await driver.place([spec], stage.order(), stage.signal)
      assert.deepEqual(await stage.names(), [spec.name])
      assert.equal((await stage.instance(spec.name)).restarts, 0)
    },
  },
  {
    name: 'place: of nothing is nothing',
    check: async (stage) => {
      await stage.driver.place([], stage.order(), stage.signal)
      assert.deepEqual(await stage.names(), [])
      assert.deepEqual(await stage.driver.remove(stops([]), stage.order(), stage.signal), [])
    },
  },
]
