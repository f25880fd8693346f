import assert from 'node:assert/strict'
import type { Visit } from '../harness.ts'
import { first, type Rule, type Stage, stops } from './stage.ts'

export const drainRules: readonly Rule[] = [
  {
    name: 'drain: of an instance with nothing in flight resolves at once',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good')
      await stage.route(await stage.placed('better'))
      const accounts = await stage.driver.drain(stops(old), stage.order(), stage.signal)
      const { msToZero, ...account } = first(accounts)
      assert.deepEqual(account, { instance: first(old).name, inFlight: 0, upgraded: 0, cut: 0 })
      assert.ok(msToZero < 400, `${msToZero} ms`)
    },
  },
  {
    name: 'drain: waits for the requests in flight, and they get their answers',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good')
      const next = await stage.placed('better')
      const visitor = await inFlight(stage, 2_500)
      await stage.route(next)
      const [account] = await stage.driver.drain(stops(old), stage.order(), stage.signal)
      assert.ok(account)
      assert.deepEqual([account.inFlight, account.cut], [1, 0])
      assert.ok(account.msToZero > 50, `${account.msToZero} ms`)
      const { status, instance } = await visitor.answer
      assert.deepEqual([status, instance], [200, first(old).name])
    },
  },
  {
    name: 'drain: cuts what is left when the limit of the instance is reached',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good', 1, { drainMs: 300 })
      const next = await stage.placed('better')
      const visitor = await inFlight(stage, 20_000)
      // The limit counts from the moment it left the routing, not from the order to drain.
      const ms = await stage.took(async () => {
        await stage.route(next)
        const [account] = await stage.driver.drain(stops(old), stage.order(), stage.signal)
        assert.deepEqual([account?.inFlight, account?.cut], [1, 1])
      })
      assert.ok(ms >= 290 && ms < 5000, `took ${ms} ms`)
      assert.notEqual((await visitor.answer).status, 200)
    },
  },
  {
    name: 'drain: twice, the second finds nothing in flight',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good')
      await stage.route(await stage.placed('better'))
      await stage.driver.drain(stops(old), stage.order(), stage.signal)
      const [account] = await stage.driver.drain(stops(old), stage.order(), stage.signal)
      assert.deepEqual([account?.instance, account?.cut], [first(old).name, 0])
    },
  },
  {
    name: 'drain: of instances that were never routed or never there gives an empty account of each',
    needs: 'drain',
    check: async (stage) => {
      const idle = first(await stage.placed('good'))
      const unknown = stage.spec(idle.release)
      const accounts = await stage.driver.drain(stops([idle, unknown]), stage.order(), stage.signal)
      const told = accounts.map(({ instance, inFlight, cut }) => [instance, inFlight, cut])
      assert.deepEqual(
        told.sort(),
        [
          [idle.name, 0, 0],
          [unknown.name, 0, 0],
        ].sort(),
      )
    },
  },
  {
    name: 'drain: ends at once when the signal is aborted, and cuts nothing',
    needs: 'drain',
    check: async (stage) => {
      const old = await stage.serving('good')
      const next = await stage.placed('better')
      const visitor = await inFlight(stage, 1500)
      await stage.route(next)
      const reason = new Error('enough')
      const call = stage.driver.drain(stops(old), stage.order(), stage.abortedAfter(100, reason))
      const ms = await stage.took(() => assert.rejects(call, (error) => error === reason))
      assert.ok(ms < 1400, `took ${ms} ms`)
      assert.equal((await visitor.answer).status, 200)
    },
  },
]

/** A visitor whose request has reached the instance, which takes this long over its answer. */
async function inFlight(stage: Stage, takesMs: number): Promise<{ readonly answer: Promise<Visit> }> {
  const answer = stage.visit({ takesMs })
  await stage.until('the app is answering', async () => (await stage.answering()).length > 0)
  return { answer }
}
