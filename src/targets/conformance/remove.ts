import assert from 'node:assert/strict'
import { fault, first, type Rule, stops } from './stage.ts'

export const removeRules: readonly Rule[] = [
  {
    name: 'remove: the instance is gone, ended by its stop signal',
    check: async (stage) => {
      const specs = await stage.placed('good', 2)
      const accounts = await stage.driver.remove(stops(specs), stage.order(), stage.signal)
      assert.deepEqual(
        accounts.map((account) => account.ended),
        ['signal', 'signal'],
      )
      assert.deepEqual(accounts.map((account) => account.instance).sort(), specs.map((spec) => spec.name).sort())
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'remove: twice, the second time it was gone already',
    check: async (stage) => {
      const specs = await stage.placed('good')
      await stage.remove(specs)
      const [account] = await stage.driver.remove(stops(specs), stage.order(), stage.signal)
      assert.deepEqual([account?.instance, account?.ended], [first(specs).name, 'gone'])
    },
  },
  {
    name: 'remove: of an instance that never was there is no error',
    check: async (stage) => {
      const spec = stage.spec(await stage.prepared('good'))
      const [account] = await stage.driver.remove(stops([spec]), stage.order(), stage.signal)
      assert.deepEqual([account?.instance, account?.ended], [spec.name, 'gone'])
    },
  },
  {
    name: 'remove: kills an instance that does not hear its stop signal, after the grace',
    check: async (stage) => {
      const specs = await stage.placed('good', 1, { graceMs: 300 })
      await stage.harness.freeze(first(specs).name)
      const [account] = await stage.driver.remove(stops(specs), stage.order(), stage.signal)
      assert.equal(account?.ended, 'killed')
      assert.ok(account.afterMs >= 290 && account.afterMs < 5000, `after ${account.afterMs} ms`)
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'remove: an instance leaves the routing before it is stopped, and no visitor is lost',
    check: async (stage) => {
      const [one, two] = await stage.serving('good', 2)
      assert.ok(one && two)
      const answers = await stage.visitedDuring(() => stage.remove([one]))
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
      assert.deepEqual(await stage.routed(), [two.name])
      const later = await stage.visits(10)
      assert.deepEqual([...new Set(later.map((answer) => answer.instance))], [two.name])
    },
  },
  {
    name: 'remove: an instance that is being stopped is in no routing',
    check: async (stage) => {
      const specs = await stage.serving('good', 1, { graceMs: 800 })
      await stage.harness.freeze(first(specs).name)
      const removal = stage.remove(specs)
      await stage.until('it is being stopped', async () => (await stage.instances())[0]?.state !== 'healthy')
      assert.deepEqual(await stage.routed(), [])
      await removal
    },
  },
  {
    name: 'remove: of the last instance leaves the track offline',
    check: async (stage) => {
      await stage.remove(await stage.serving('good'))
      assert.equal((await stage.visit()).status, 503)
      assert.deepEqual(await stage.routed(), [])
    },
  },
  {
    name: 'remove: an instance that keeps exiting is not started again',
    check: async (stage) => {
      const spec = stage.doomed(await stage.prepared('exits'))
      await fault('instance.unhealthy', stage.driver.place([spec], stage.order(), stage.signal))
      await stage.remove([spec])
      await stage.harness.clock.sleep(1200, stage.signal)
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'remove: while the instance is still starting',
    check: async (stage) => {
      const spec = stage.spec(await stage.prepared('slow'))
      const reason = new Error('enough')
      const call = stage.driver.place([spec], stage.order(), stage.abortedAfter(100, reason))
      await assert.rejects(call, (error) => error === reason)
      await stage.remove([spec])
      await stage.harness.clock.sleep(800, stage.signal)
      assert.deepEqual(await stage.names(), [])
    },
  },
  {
    name: 'remove: ends at once when the signal is aborted, and the instance still goes',
    check: async (stage) => {
      const specs = await stage.placed('good', 1, { graceMs: 1500 })
      await stage.harness.freeze(first(specs).name)
      const reason = new Error('enough')
      const call = stage.driver.remove(stops(specs), stage.order(), stage.abortedAfter(100, reason))
      const ms = await stage.took(() => assert.rejects(call, (error) => error === reason))
      assert.ok(ms < 1400, `took ${ms} ms`)
      await stage.until('it is gone', async () => (await stage.names()).length === 0)
    },
  },
]
