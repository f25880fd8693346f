import assert from 'node:assert/strict'
import { fault, type Rule, Stage } from './stage.ts'

export const prepareRules: readonly Rule[] = [
  {
    name: 'prepare: makes the release available on the target',
    check: async (stage) => {
      const release = await stage.prepared('good')
      assert.deepEqual(await stage.harness.unpacked(stage.track), [release.digest])
    },
  },
  {
    name: 'prepare: twice is the same as once',
    check: async (stage) => {
      const release = await stage.prepared('good')
      await stage.prepared('good')
      assert.deepEqual(await stage.harness.unpacked(stage.track), [release.digest])
      await stage.placed('good')
    },
  },
  {
    name: 'prepare: of one release for two tracks at once',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      await Promise.all([stage.prepared('better'), other.prepared('better')])
      await Promise.all([stage.placed('better'), other.placed('better')])
      other.end()
    },
  },
  {
    name: 'prepare: a missing archive is the Fault artifact.missing',
    check: async (stage) => {
      const release = await stage.harness.release('missing')
      await fault('artifact.missing', stage.driver.prepare(release, stage.order(), stage.signal))
      assert.deepEqual(await stage.harness.unpacked(stage.track), [])
    },
  },
  {
    name: 'prepare: a damaged archive is the Fault artifact.damaged, and nothing of it is left',
    check: async (stage) => {
      const release = await stage.harness.release('damaged')
      await fault('artifact.damaged', stage.driver.prepare(release, stage.order(), stage.signal))
      assert.deepEqual(await stage.harness.unpacked(stage.track), [])
    },
  },
  {
    name: 'keep: deletes the other releases of the track',
    check: async (stage) => {
      const [good, better] = [await stage.prepared('good'), await stage.prepared('better')]
      await stage.driver.keep(stage.track, [better.digest], stage.order(), stage.signal)
      const left = await stage.harness.unpacked(stage.track)
      assert.ok(left.includes(better.digest) && !left.includes(good.digest), `left: ${left}`)
      await stage.placed('better')
    },
  },
  {
    name: 'keep: leaves the releases of other tracks alone',
    check: async (stage) => {
      const other = new Stage(stage.harness)
      await Promise.all([stage.prepared('good'), other.prepared('good')])
      await stage.driver.keep(stage.track, [], stage.order(), stage.signal)
      await other.driver.place([other.spec(await stage.harness.release('good'))], other.order(), other.signal)
      other.end()
    },
  },
  {
    name: 'keep: what was deleted can be prepared again',
    check: async (stage) => {
      await stage.prepared('good')
      await stage.driver.keep(stage.track, [], stage.order(), stage.signal)
      await stage.driver.keep(stage.track, [], stage.order(), stage.signal)
      await stage.placed('good')
    },
  },
]
