import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { clockOf } from './clock.ts'
import { gated } from './gate.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'
import { setTraps } from './traps.ts'

const endless = { steps: 100_000, untilMs: Number.POSITIVE_INFINITY }

test('one seed gives one row of numbers, another seed another', () => {
  const row = (seed: number) =>
    Array.from({ length: 20 }, (_, index) => new Random(seed).stream(`n${index}`).below(1000))
  assert.deepEqual(row(7), row(7))
  assert.notDeepEqual(row(7), row(8))
})

test('a stream does not notice what is drawn from another', () => {
  const calm = new Random(3)
  const busy = new Random(3)
  for (let draw = 0; draw < 50; draw += 1) busy.stream('network').fraction()
  busy.fraction()
  assert.equal(busy.stream('crashes').fraction(), calm.stream('crashes').fraction())
})

test('numbers of a stream are spread evenly', () => {
  const random = new Random('spread').stream('even')
  const counts = new Array<number>(10).fill(0)
  for (let draw = 0; draw < 20_000; draw += 1) {
    const bucket = random.below(10)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  assert.ok(
    counts.every((count) => count > 1800 && count < 2200),
    String(counts),
  )
})

test('a heavy tail is short mostly, and long seldom', () => {
  const random = new Random(1)
  const draws = Array.from({ length: 20_000 }, () => random.heavyTail(20, 10_000)).sort((a, b) => a - b)
  assert.ok((draws[10_000] ?? 0) < 40)
  assert.ok((draws[19_950] ?? 0) > 5000)
})

test('time jumps from event to event, in order', async () => {
  const { scheduler } = fresh(1)
  const clock = clockOf(scheduler, scheduler.world)
  const seen: number[] = []
  for (const ms of [86_400_000, 500, 20]) {
    void clock.sleep(ms).then(() => seen.push(clock.monotonic()))
  }
  assert.equal(await scheduler.run(endless), 'idle')
  assert.deepEqual(seen, [20, 500, 86_400_000])
})

test('events due in one window come in an order the seed chooses', async () => {
  const orders = new Set<string>()
  for (let seed = 0; seed < 50; seed += 1) orders.add(await order(seed))
  assert.equal(orders.size, 6)
  assert.equal(await order(4), await order(4))
})

test('nothing runs before its time, whatever the window', async () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const { scheduler } = fresh(seed, 50)
    const clock = clockOf(scheduler, scheduler.world)
    for (const ms of [10, 20, 30, 40]) {
      void clock.sleep(ms).then(() => assert.ok(clock.monotonic() >= ms))
    }
    await scheduler.run(endless)
  }
})

test('an aborted sleep ends with the reason of the signal, and leaves no event', async () => {
  const { scheduler } = fresh(1)
  const clock = clockOf(scheduler, scheduler.world)
  const controller = new AbortController()
  const reason = new Error('enough')
  const sleep = assert.rejects(clock.sleep(10_000, controller.signal), (error) => error === reason)
  void clock.sleep(10).then(() => controller.abort(reason))
  await scheduler.run(endless)
  await sleep
  assert.equal(clock.monotonic(), 10)
  await assert.rejects(clock.sleep(1, controller.signal), (error) => error === reason)
})

test('after a crash no continuation of the program runs, and the world goes on', async () => {
  const { scheduler } = fresh(1)
  const server = scheduler.life('server')
  const [mine, worlds] = [clockOf(scheduler, server), clockOf(scheduler, scheduler.world)]
  const seen: string[] = []
  const program = async () => {
    for (let round = 0; ; round += 1) {
      await mine.sleep(10)
      seen.push(`round ${round}`)
      await gated(
        scheduler,
        server,
        'answer',
        worlds.sleep(20).then(() => seen.push('effect')),
      )
      seen.push('answered')
    }
  }
  void program()
  void worlds.sleep(45).then(() => server.kill())
  await scheduler.run(endless)
  assert.deepEqual(seen, ['round 0', 'effect', 'answered', 'round 1', 'effect'])
})

test('a paused program hears everything late', async () => {
  const { scheduler } = fresh(1)
  const server = scheduler.life('server')
  const clock = clockOf(scheduler, server)
  const woke: number[] = []
  for (const ms of [5, 10, 200]) void clock.sleep(ms).then(() => woke.push(clock.monotonic()))
  server.pause(100)
  await scheduler.run(endless)
  assert.deepEqual(woke, [100, 100, 200])
})

test('the wall clock jumps, the monotonic clock does not', async () => {
  const { scheduler } = fresh(1)
  const clock = clockOf(scheduler, scheduler.world)
  const before = clock.now()
  scheduler.jump(-3_600_000)
  await Promise.all([clock.sleep(1000), scheduler.run(endless)])
  assert.equal(clock.monotonic(), 1000)
  assert.equal(clock.now(), before - 3_600_000 + 1000)
})

test('a run ends at its limits, and can go on afterwards', async () => {
  const { scheduler } = fresh(1)
  const clock = clockOf(scheduler, scheduler.world)
  const ticks = async () => {
    for (;;) await clock.sleep(10)
  }
  void ticks()
  assert.equal(await scheduler.run({ steps: 5, untilMs: 1000 }), 'steps')
  assert.equal(await scheduler.run({ steps: 1000, untilMs: 100 }), 'time')
  assert.equal(scheduler.monotonic(), 100)
  assert.equal(await scheduler.run({ steps: 1000, untilMs: 1000, afterStep: () => clock.monotonic() >= 200 }), 'done')
})

test('what an invariant throws after a step ends the run', async () => {
  const { scheduler } = fresh(1)
  scheduler.after(1, scheduler.world, 'tick', () => {})
  const broken = new Error('broken')
  const run = scheduler.run({
    ...endless,
    afterStep: () => {
      throw broken
    },
  })
  await assert.rejects(run, (error) => error === broken)
})

test('the same seed gives the same trace, another seed another', async () => {
  assert.equal(await history(11), await history(11))
  assert.notEqual(await history(11), await history(12))
})

test('real time and real randomness throw while the traps are set, and work again afterwards', async () => {
  const release = setTraps()
  try {
    for (const use of forbidden) assert.throws(use, /is not simulated/)
    assert.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z')
    assert.ok(new Date(5) instanceof Date)
    const { scheduler } = fresh(1)
    await Promise.all([clockOf(scheduler, scheduler.world).sleep(5), scheduler.run(endless)])
  } finally {
    release()
  }
  for (const use of forbidden) assert.doesNotThrow(use)
})

const forbidden: readonly (() => unknown)[] = [
  () => Date.now(),
  () => new Date(),
  () => Math.random(),
  () => performance.now(),
  () => randomUUID(),
  () => crypto.randomUUID(),
  () => clearTimeout(setTimeout(() => {}, 0)),
  () => AbortSignal.timeout(1),
  () => delay(0),
  () => process.hrtime(),
]

function fresh(seed: number, windowMs = 1) {
  const random = new Random(seed)
  const trace = new Trace()
  return { random, trace, scheduler: new Scheduler({ random: random.stream('order'), trace, windowMs }) }
}

async function order(seed: number): Promise<string> {
  const { scheduler } = fresh(seed)
  let text = ''
  for (const letter of 'abc')
    scheduler.after(10, scheduler.world, letter, () => {
      text += letter
    })
  await scheduler.run(endless)
  return text
}

/** Programs that sleep, wait for each other and crash, as the seed has it. */
async function history(seed: number): Promise<string> {
  const { scheduler, random, trace } = fresh(seed)
  const draws = random.stream('draws')
  const start = (name: string) => {
    const life = scheduler.life(name)
    const clock = clockOf(scheduler, life)
    const program = async () => {
      for (let round = 0; round < 20; round += 1) await clock.sleep(draws.heavyTail(10, 300))
    }
    void program()
    scheduler.after(draws.between(1, 400), scheduler.world, 'crash', () => life.kill())
  }
  for (const name of ['a', 'b', 'c']) start(name)
  await scheduler.run(endless)
  return trace.hash
}
