import assert from 'node:assert/strict'
import { first, namesOf, type Rule } from './stage.ts'

export const crashRules: readonly Rule[] = [
  {
    name: 'crash: the instance is started again, counted, and healthy again',
    check: async (stage) => {
      const spec = first(await stage.placed('good'))
      const before = await stage.instance(spec.name)
      await stage.harness.crash(spec.name)
      await stage.until('it is healthy again', async () => {
        const now = await stage.instance(spec.name)
        return now.restarts === 1 && now.state === 'healthy'
      })
      const after = await stage.instance(spec.name)
      assert.equal(after.lastExit, 'SIGKILL')
      assert.notEqual(after.pid, before.pid)
    },
  },
  {
    name: 'crash: of one of two instances costs no visitor an answer, not even the one it was answering',
    check: async (stage) => {
      await stage.serving('good', 2)
      const unlucky = stage.visit({ takesMs: 500 })
      await stage.until('it is being answered', async () => (await stage.answering()).length === 1)
      const [crashed] = await stage.answering()
      assert.ok(crashed)
      const answers = await stage.visitedDuring(async () => {
        await stage.harness.crash(crashed)
        await stage.until('it was started again', async () => (await stage.instance(crashed)).restarts === 1)
      })
      const { status, instance } = await unlucky
      assert.equal(status, 200)
      assert.notEqual(instance, crashed)
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200])
    },
  },
  {
    name: 'crash: of the only instance, visitors reach it again once it is healthy, without a new route',
    check: async (stage) => {
      const spec = first(await stage.serving('good'))
      await stage.harness.crash(spec.name)
      await stage.until('it was started again', async () => (await stage.instance(spec.name)).restarts === 1)
      await stage.until('visitors are answered', async () => (await stage.visit()).instance === spec.name)
    },
  },
  {
    name: 'crash: again and again is counted each time',
    check: async (stage) => {
      const spec = first(await stage.placed('good'))
      for (const restarts of [1, 2]) {
        await stage.harness.crash(spec.name)
        await stage.until(`restart ${restarts}`, async () => {
          const now = await stage.instance(spec.name)
          return now.restarts === restarts && now.state === 'healthy'
        })
      }
    },
  },
  {
    name: 'crash: place of an instance that has crashed waits until it is healthy again',
    check: async (stage) => {
      const specs = await stage.placed('slow')
      await stage.harness.crash(first(specs).name)
      await stage.until('the crash is seen', async () => (await stage.instance(first(specs).name)).state !== 'healthy')
      await stage.driver.place(specs, stage.order(), stage.signal)
      assert.equal((await stage.instance(first(specs).name)).state, 'healthy')
      assert.deepEqual(await stage.names(), namesOf(specs))
    },
  },
  {
    name: 'crash: route to an instance that has crashed since it was placed waits until it is healthy again',
    check: async (stage) => {
      const specs = await stage.placed('slow')
      await stage.harness.crash(first(specs).name)
      await stage.until('the crash is seen', async () => (await stage.instance(first(specs).name)).state !== 'healthy')
      await stage.route(specs)
      assert.equal((await stage.visit()).instance, first(specs).name)
    },
  },
  {
    name: 'freeze: an instance that stops answering its probe is told as unhealthy, and as healthy when it answers again',
    check: async (stage) => {
      const spec = first(await stage.placed('good'))
      await stage.harness.freeze(spec.name)
      await stage.until('it is unhealthy', async () => (await stage.instance(spec.name)).state === 'unhealthy')
      await stage.harness.thaw(spec.name)
      await stage.until('it is healthy', async () => (await stage.instance(spec.name)).state === 'healthy')
      assert.equal((await stage.instance(spec.name)).restarts, 0)
    },
  },
]
