import assert from 'node:assert/strict'
import { latencyBoundsMs, type Traffic, type TrafficCounts } from '../driver.ts'
import { first, type Rule, type Stage } from './stage.ts'

export const trafficRules: readonly Rule[] = [
  {
    name: 'traffic: of a track nobody knows is all zero',
    needs: 'traffic',
    check: async (stage) => {
      const { requests, probes, lost } = await look(stage)
      assert.deepEqual([sum(requests), sum(probes), lost], [0, 0, []])
    },
  },
  {
    name: 'traffic: counts what was served, for the release that served it',
    needs: 'traffic',
    check: async (stage) => {
      const { digest } = first(await stage.serving('good')).release
      await stage.visits(7)
      await stage.until('seven were served', async () => (await look(stage)).requests.served === 7)
      const { requests, byRelease } = await look(stage)
      assert.equal(byRelease[digest]?.served, 7)
      assert.equal(requests.latency.length, latencyBoundsMs.length + 1)
      assert.equal(total(requests.latency), 7)
    },
  },
  {
    name: 'traffic: counts errors of the app apart',
    needs: 'traffic',
    check: async (stage) => {
      const { digest } = first(await stage.serving('good')).release
      assert.equal((await stage.visit({ status: 500 })).status, 500)
      assert.equal((await stage.visit({ status: 404 })).status, 404)
      await stage.until('both are counted', async () => answered((await look(stage)).requests) === 2)
      const { requests, byRelease } = await look(stage)
      assert.deepEqual([requests.served, requests.serverErrors], [1, 1])
      assert.equal(byRelease[digest]?.serverErrors, 1)
    },
  },
  {
    name: 'traffic: counts and tells the visitors that nobody could answer',
    needs: 'traffic',
    check: async (stage) => {
      await stage.serving('good')
      await stage.route([])
      assert.equal((await stage.visit()).status, 503)
      await stage.until('it is counted', async () => (await look(stage)).requests.refused === 1)
      const { byRelease, lost } = await look(stage)
      assert.equal(byRelease['']?.refused, 1)
      assert.deepEqual(
        lost.map((request) => request.method),
        ['GET'],
      )
    },
  },
  {
    name: 'traffic: totals never fall, and keep two releases apart',
    needs: 'traffic',
    check: async (stage) => {
      const old = first(await stage.serving('good'))
      await stage.visits(3)
      await stage.until('three were served', async () => (await look(stage)).requests.served === 3)
      const next = await stage.placed('better')
      await stage.route(next)
      await stage.remove([old])
      await stage.visits(2)
      await stage.until('five were served', async () => (await look(stage)).requests.served === 5)
      const { byRelease } = await look(stage)
      assert.equal(byRelease[old.release.digest]?.served, 3)
      assert.equal(byRelease[first(next).release.digest]?.served, 2)
    },
  },
  {
    name: 'traffic: an open window sends probes, which are not counted as visitors, until it is closed',
    needs: 'traffic',
    check: async (stage) => {
      await stage.serving('good')
      await stage.driver.traffic(stage.track, 'open', stage.signal)
      await stage.until('there are probes', async () => answered((await look(stage)).probes) >= 2)
      assert.equal(sum((await look(stage)).requests), 0)
      await stage.driver.traffic(stage.track, 'close', stage.signal)
      await stage.until('the probes stop', async () => {
        const before = answered((await look(stage)).probes)
        await stage.harness.clock.sleep(600, stage.signal)
        return answered((await look(stage)).probes) === before
      })
    },
  },
  {
    name: 'traffic: of one track leaves out the other',
    needs: 'traffic',
    check: async (stage) => {
      await stage.serving('good')
      await stage.visits(2)
      await stage.until('two were served', async () => (await look(stage)).requests.served === 2)
      const other = await stage.driver.traffic(`${stage.track}-other`, 'look', stage.signal)
      assert.equal(sum(other.requests), 0)
    },
  },
]

function look(stage: Stage): Promise<Traffic> {
  return stage.driver.traffic(stage.track, 'look', stage.signal)
}

function answered(counts: TrafficCounts): number {
  return counts.served + counts.serverErrors
}

function sum(counts: TrafficCounts): number {
  const { latency, ...others } = counts
  return total(Object.values(others)) + total(latency)
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0)
}
