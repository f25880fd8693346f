import assert from 'node:assert/strict'
import test from 'node:test'
import { runSeed } from '../kit/run-seed.ts'
import { setTraps } from '../kit/traps.ts'
import { engine } from './subject.ts'

/** A defect that so many seeds miss is one that the promises do not cover. */
const seeds = 20_000

for (const defect of Object.keys(engine.defects)) {
  test(`the planted defect is found: ${defect}`, async (t) => {
    const found = await firstFailing(defect)
    assert.ok(found, `not in ${seeds} seeds`)
    t.diagnostic(`${defect}: seed ${found.seed}, ${found.promise}`)
  })
}

async function firstFailing(defect: string): Promise<{ readonly seed: number; readonly promise: string } | null> {
  const release = setTraps()
  try {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { violation } = await runSeed(engine, { seed, defect })
      if (violation !== null) return { seed, promise: violation.invariant }
    }
    return null
  } finally {
    release()
  }
}
