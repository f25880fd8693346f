import assert from 'node:assert/strict'
import { Fault } from '../../lib/fault.ts'
import type { Line, OneOff } from '../driver.ts'
import type { Rule, Stage } from './stage.ts'

export const runRules: readonly Rule[] = [
  {
    name: 'run: tells the exit code, and the lines of each stream in order',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('says', await stage.prepared('good'))
      const lines: Line[] = []
      const result = await stage.driver.run(oneOff, stage.order(), (line) => lines.push(line), stage.signal)
      assert.deepEqual([result.exitCode, result.signal, result.timedOut], [0, null, false])
      const of = (stream: string) => lines.filter((line) => line.stream === stream).map((line) => line.text)
      assert.deepEqual([of('out'), of('err')], [['one', 'two'], ['three']])
    },
  },
  {
    name: 'run: a command that fails is a result, not an error',
    needs: 'run',
    check: async (stage) => {
      const result = await run(stage, stage.oneOff('fails', await stage.prepared('good')))
      assert.deepEqual([result.exitCode, result.signal, result.timedOut], [3, null, false])
    },
  },
  {
    name: 'run: the same name twice runs once, and tells the same result',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('fails', await stage.prepared('good'))
      const [once, twice] = [await run(stage, oneOff), await run(stage, oneOff)]
      assert.deepEqual(twice, once)
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'run: two names run twice',
    needs: 'run',
    check: async (stage) => {
      const release = await stage.prepared('good')
      const [one, two] = [stage.oneOff('says', release), stage.oneOff('says', release)]
      await run(stage, one)
      await run(stage, two)
      assert.equal(await stage.harness.executions(one.name), 1)
      assert.equal(await stage.harness.executions(two.name), 1)
    },
  },
  {
    name: 'run: a second call while the first is running takes it up',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('naps', await stage.prepared('good'))
      const order = stage.order()
      const driver = await stage.harness.again()
      const first = stage.driver.run(oneOff, order, () => {}, stage.signal)
      const second = driver.run(oneOff, order, () => {}, stage.signal)
      const results = await Promise.all([first, second])
      assert.deepEqual(
        results.map((result) => result.exitCode),
        [0, 0],
      )
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'run: ends at once when the signal is aborted; the command goes on, and a repeat takes it up',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('naps', await stage.prepared('good'))
      const reason = new Error('enough')
      const signal = stage.abortedAfter(100, reason)
      const call = stage.driver.run(oneOff, stage.order(), () => {}, signal)
      await assert.rejects(call, (error) => error === reason)
      const driver = await stage.harness.again()
      const result = await driver.run(oneOff, stage.order(), () => {}, stage.signal)
      assert.equal(result.exitCode, 0)
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'run: commands with the same lock run one after the other, those with another do not wait',
    needs: 'run',
    check: async (stage) => {
      const release = await stage.prepared('good')
      const took = async (locks: readonly string[]) => {
        const order = stage.order()
        const { clock } = stage.harness
        const began = clock.monotonic()
        const results = await Promise.all(
          locks.map((lock) =>
            stage.driver.run({ ...stage.oneOff('naps', release), lock }, order, () => {}, stage.signal),
          ),
        )
        const naps = results.map(({ durationMs }) => durationMs)
        return { elapsedMs: clock.monotonic() - began, naps: naps.reduce((sum, each) => sum + each, 0) }
      }
      const same = await took(['orders', 'orders'])
      assert.ok(same.elapsedMs >= same.naps - 100, JSON.stringify(same))
      const others = await took(['one', 'two'])
      assert.ok(others.elapsedMs < others.naps, JSON.stringify(others))
    },
  },
  {
    name: 'run: a command that takes longer than its limit is ended and told as timed out',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('sleeps', await stage.prepared('good'), { timeoutMs: 400 })
      const result = await run(stage, oneOff)
      assert.equal(result.timedOut, true)
      assert.ok(result.durationMs >= 390 && result.durationMs < 15_000, `${result.durationMs} ms`)
    },
  },
  {
    name: 'end: a command that runs is ended, and a repeat of the run is told how',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('sleeps', await stage.prepared('good'))
      const waiting = new AbortController()
      const call = stage.driver.run(oneOff, stage.order(), () => {}, waiting.signal)
      const rejected = assert.rejects(call)
      while ((await stage.harness.executions(oneOff.name)) === 0) await stage.harness.clock.sleep(10, stage.signal)
      waiting.abort(new Error('enough'))
      await rejected
      await stage.driver.end([oneOff.name], stage.order(), stage.signal)
      const { exitCode, timedOut } = await run(stage, oneOff)
      assert.deepEqual([exitCode === 0, timedOut], [false, false])
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
  {
    name: 'end: what has ended, or never was there, is no error; a run with a lower number comes too late',
    needs: 'run',
    check: async (stage) => {
      const release = await stage.prepared('good')
      const [done, never] = [stage.oneOff('says', release), stage.oneOff('says', release)]
      await run(stage, done)
      const early = stage.order()
      await stage.driver.end([done.name, never.name], stage.order(), stage.signal)
      await assert.rejects(
        stage.driver.run(never, early, () => {}, stage.signal),
        (error) => error instanceof Fault && error.code === 'target.fenced',
      )
      assert.equal(await stage.harness.executions(never.name), 0)
    },
  },
  {
    name: 'run: a timed-out command is not run again by a repeat',
    needs: 'run',
    check: async (stage) => {
      const oneOff = stage.oneOff('sleeps', await stage.prepared('good'), { timeoutMs: 300 })
      assert.equal((await run(stage, oneOff)).timedOut, true)
      assert.equal((await run(stage, oneOff)).timedOut, true)
      assert.equal(await stage.harness.executions(oneOff.name), 1)
    },
  },
]

function run(stage: Stage, oneOff: OneOff) {
  return stage.driver.run(oneOff, stage.order(), () => {}, stage.signal)
}
