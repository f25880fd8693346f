import assert from 'node:assert/strict'
import test from 'node:test'
import { clockOf } from './clock.ts'
import { drawFaults, faultNames } from './faults.ts'
import { added, emptyTally, runMany } from './many-seeds.ts'
import { Random } from './random.ts'
import { runSeed } from './run-seed.ts'
import { shrink } from './shrink.ts'
import { type Scenario, type Simulation, type Subject, Violation } from './simulation.ts'

test('a seed whose invariant breaks tells which, when and why', async () => {
  const { violation } = await runSeed(
    ticking((simulation) => () => fail(simulation.scheduler.monotonic() >= 500)),
    { seed: 1 },
  )
  assert.ok(violation)
  assert.deepEqual([violation.invariant, violation.message], ['I-1', 'too late'])
  assert.ok(violation.atMs >= 500 && violation.atMs < 700)
})

test('an error that is no violation is told too', async () => {
  const broken = () => () => {
    throw new TypeError('oh')
  }
  const { violation } = await runSeed(ticking(broken), { seed: 1 })
  assert.equal(violation?.invariant, 'unexpected error')
})

test('a promise whose rejection nobody looks at ends the seed', async () => {
  const careless = ({ scheduler }: Simulation) => {
    scheduler.after(50, scheduler.world, 'careless', () => void Promise.reject(new Error('nobody looked')))
    return () => {}
  }
  const { violation } = await runSeed(ticking(careless), { seed: 1 })
  assert.match(violation?.message ?? '', /nobody looked/)
})

test('a subject that does not come to rest breaks L-1 and says what is unfinished', async () => {
  const restless = {
    ...ticking(() => () => {}),
    begin: (simulation: Simulation) => ({ ...begin(simulation, () => {}), isQuiet: () => false }),
  }
  const { violation } = await runSeed(restless, { seed: 1 })
  assert.equal(violation?.invariant, 'L-1')
  assert.match(violation.message, /the ticking/)
})

test('a subject that is not decided by its seed alone is found out', async () => {
  let runs = 0
  const unsteady = ticking(({ trace }) => {
    runs += 1
    trace.add(0, 'run', runs)
    return () => {}
  })
  const { unsteady: found, runTwice } = await runMany(unsteady, { from: 0, count: 40 })
  assert.deepEqual([found, runTwice], [[0, 20], 2])
})

test('a failing seed is made smaller: less work, and only the faults it takes', async () => {
  const needs =
    ({ faults, size }: Simulation) =>
    () =>
      fail(size >= 2 && faults['call-late'] > 0)
  const subject = ticking(needs)
  const seed = await firstFailing(subject)
  const smallest = await shrink(subject, { seed })
  assert.ok(smallest)
  assert.equal(smallest.result.size, 2)
  assert.deepEqual(
    faultNames.filter((name) => smallest.result.faults[name] > 0),
    ['call-late'],
  )
})

test('a fault that is switched off leaves the others as strong as they were', () => {
  const [all, some] = [[], ['call-late']].map((calm) => drawFaults(new Random(5).stream('faults'), calm))
  assert.deepEqual({ ...all, 'call-late': 0 }, some)
})

test('tallies add up', async () => {
  const subject = ticking(() => () => {})
  const [whole, left, right] = [
    await runMany(subject, { from: 0, count: 30 }),
    await runMany(subject, { from: 0, count: 10 }),
    await runMany(subject, { from: 10, count: 20 }),
  ]
  assert.deepEqual(added(added(emptyTally, left), right), whole)
})

/** A program that sleeps again and again; `prepare` gives what is checked after each step. */
function ticking(prepare: (simulation: Simulation) => () => void): Subject {
  return {
    name: 'ticking',
    situations: [],
    defects: {},
    begin: (simulation) => begin(simulation, prepare(simulation)),
  }
}

function begin({ scheduler }: Simulation, check: () => void): Scenario {
  const clock = clockOf(scheduler, scheduler.world)
  const tick = async () => {
    for (;;) await clock.sleep(100)
  }
  void tick()
  return {
    check,
    heal: () => {},
    isQuiet: () => true,
    checkEnd: () => {},
    unfinished: () => 'the ticking',
    [Symbol.dispose]: () => {},
  }
}

function fail(isBroken: boolean): void {
  if (isBroken) throw new Violation('I-1', 'too late')
}

async function firstFailing(subject: Subject): Promise<number> {
  for (let seed = 0; seed < 500; seed += 1) {
    if ((await runSeed(subject, { seed })).violation) return seed
  }
  throw new Error('no seed fails')
}
