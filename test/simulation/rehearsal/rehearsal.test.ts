import assert from 'node:assert/strict'
import test from 'node:test'
import { runSeed } from '../kit/run-seed.ts'
import { setTraps } from '../kit/traps.ts'
import { rehearsal } from './subject.ts'

test('the deployer keeps its promises for every seed, and takes no real time or randomness', async () => {
  const release = setTraps()
  try {
    for (let seed = 0; seed < 200; seed += 1) {
      const { violation } = await runSeed(rehearsal, { seed })
      assert.equal(violation, null, `seed ${seed}`)
    }
  } finally {
    release()
  }
})

test('the same seed runs the same way twice', async () => {
  for (let seed = 0; seed < 200; seed += 20) {
    const [once, twice] = [await runSeed(rehearsal, { seed }), await runSeed(rehearsal, { seed })]
    assert.deepEqual(once, twice)
  }
})

for (const defect of Object.keys(rehearsal.defects)) {
  test(`the planted defect is found: ${defect}`, async () => {
    assert.notEqual(await firstFailing(defect), null)
  })
}

async function firstFailing(defect: string): Promise<number | null> {
  for (let seed = 0; seed < 2000; seed += 1) {
    const { violation } = await runSeed(rehearsal, { seed, defect })
    if (violation) return seed
  }
  return null
}
