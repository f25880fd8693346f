import assert from 'node:assert/strict'
import { first, namesOf, type Rule, Stage } from './stage.ts'

export const observeRules: readonly Rule[] = [
  {
    name: 'observe: of a track nobody knows is empty',
    check: async (stage) => {
      const seen = await stage.driver.observe(stage.track, stage.signal)
      assert.deepEqual([seen.instances, seen.routed], [[], []])
    },
  },
  {
    name: 'observe: tells what each instance is',
    check: async (stage) => {
      const spec = first(await stage.placed('good'))
      const { pid, startedAt, commit = spec.release.commit, ...said } = await stage.instance(spec.name)
      assert.equal(commit, spec.release.commit, 'a target that does not know it leaves it out')
      assert.deepEqual(said, {
        name: spec.name,
        deployment: spec.deployment,
        digest: spec.release.digest,
        version: spec.release.version,
        process: 'web',
        state: 'healthy',
        restarts: 0,
        lastExit: null,
      })
      assert.ok(pid !== null && pid > 0)
      assert.ok(startedAt !== null && startedAt <= stage.harness.clock.now())
    },
  },
  {
    name: 'observe: tells whom the edge sends visitors to',
    check: async (stage) => {
      const old = await stage.serving('good', 2)
      assert.deepEqual(await stage.routed(), namesOf(old))
      const next = await stage.placed('better')
      assert.deepEqual(await stage.routed(), namesOf(old))
      await stage.route(next)
      assert.deepEqual(await stage.routed(), namesOf(next))
    },
  },
  {
    name: 'observe: keeps two tracks apart',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      const [mine, theirs] = [await stage.serving('good'), await other.serving('good')]
      assert.deepEqual([await stage.names(), await stage.routed()], [namesOf(mine), namesOf(mine)])
      assert.deepEqual([await other.names(), await other.routed()], [namesOf(theirs), namesOf(theirs)])
      other.end()
    },
  },
  {
    name: 'observe: says the same through the driver of a server that has just started',
    check: async (stage) => {
      await stage.serving('good', 2)
      const driver = await stage.harness.again()
      const [before, after] = [
        await stage.driver.observe(stage.track, stage.signal),
        await driver.observe(stage.track, stage.signal),
      ]
      assert.deepEqual(after.instances, before.instances)
      assert.deepEqual(after.routed, before.routed)
    },
  },
  {
    name: 'logs: tells the lines of the instances',
    needs: 'logs',
    check: async (stage) => {
      const specs = await stage.placed('good', 2)
      const wanted = specs.map((spec) => `${spec.name}: hello from ${spec.name}`).sort()
      await stage.until('both have said hello', async () => {
        const found = await stage.lines()
        return wanted.every((line) => found.includes(line))
      })
    },
  },
  {
    name: 'logs: of one process leave the others out',
    needs: 'logs',
    check: async (stage) => {
      const release = await stage.prepared('good')
      const [web, worker] = [stage.spec(release), stage.spec(release, { process: 'worker' })]
      await stage.driver.place([web, worker], stage.order(), stage.signal)
      const hello = `${worker.name}: hello from ${worker.name}`
      await stage.until('the worker has said hello', async () => (await stage.lines('worker')).includes(hello))
      assert.ok((await stage.lines('worker')).every((line) => line.startsWith(`${worker.name}:`)))
    },
  },
  {
    name: 'logs: followed, tell new lines as they come, until the signal is aborted',
    needs: 'logs',
    check: async (stage) => {
      const spec = first(await stage.placed('good'))
      const seen: string[] = []
      const controller = new AbortController()
      const query = { track: stage.track, process: null, lines: 10, follow: true }
      const following = stage.driver.logs(query, (_, line) => seen.push(line.text), controller.signal)
      const hellos = async () => seen.filter((line) => line === `hello from ${spec.name}`).length
      following.catch(() => {})
      await stage.until('the first hello', async () => (await hellos()) === 1)
      await stage.harness.crash(spec.name)
      await stage.until('the hello after the restart', async () => (await hellos()) === 2)
      const reason = new Error('seen enough')
      controller.abort(reason)
      await assert.rejects(following, (error) => error === reason)
    },
  },
]
