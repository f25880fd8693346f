import { drawFaults, type FaultTable } from './faults.ts'
import { Killed } from './killed.ts'
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { faultyMs, restMs, type Scenario, type Simulation, type Subject, Violation } from './simulation.ts'
import { type Listener, Trace } from './trace.ts'

export interface SeedWish {
  readonly seed: number
  readonly defect?: string | null
  /** Faults that are switched off, whatever the seed says. */
  readonly calm?: readonly string[]
  readonly size?: number
  readonly listener?: Listener | null
}

export interface SeedResult {
  readonly seed: number
  readonly violation: Found | null
  readonly faults: FaultTable
  readonly size: number
  readonly steps: number
  readonly simulatedMs: number
  readonly hash: string
  readonly seen: readonly string[]
}

export interface Found {
  readonly invariant: string
  readonly message: string
  readonly atMs: number
}

/** In each of the two phases: ten times what the longest seeds take. A program that only ever wakes up does not come to rest. */
const maxSteps = 20_000
const maxSize = 8

/** Runs one seed of the subject: a faulty stretch in which nothing may break, then rest, in which everything must end. */
export async function runSeed(subject: Subject, wish: SeedWish): Promise<SeedResult> {
  const { simulation, seen } = prepare(subject, wish)
  const { scheduler, trace, faults, size } = simulation
  using rejections = unhandled()
  const violation = await play(subject, simulation, rejections)
  const { steps } = scheduler
  const [simulatedMs, hash] = [scheduler.monotonic(), trace.hash]
  return { seed: wish.seed, violation, faults, size, steps, simulatedMs, hash, seen: [...seen] }
}

function prepare(subject: Subject, wish: SeedWish): { simulation: Simulation; seen: Set<string> } {
  const random = new Random(wish.seed)
  const trace = new Trace(wish.listener)
  const windowMs = random.stream('window').pick([0, 1, 5, 20])
  const scheduler = new Scheduler({ random: random.stream('order'), trace, windowMs })
  const faults = drawFaults(random.stream('faults'), wish.calm ?? [])
  const drawnSize = drawSize(random.stream('size'))
  const seen = new Set<string>()
  const defect = wish.defect ?? null
  if (defect !== null && !(defect in subject.defects)) throw new Error(`${subject.name} has no defect ${defect}`)
  const size = Math.min(wish.size ?? drawnSize, drawnSize)
  return { seen, simulation: { random, scheduler, trace, faults, size, defect, seen: (name) => seen.add(name) } }
}

/** Mostly little work, now and then much: many small seeds find more in the same time, and some things take a crowd. */
function drawSize(random: Random): number {
  return 1 + Math.floor(maxSize * random.fraction() ** 2)
}

/** The same for how long things go wrong. */
function drawLengthMs(random: Random): number {
  return Math.round(faultyMs.from + (faultyMs.to - faultyMs.from) * random.fraction() ** 2)
}

async function play(subject: Subject, simulation: Simulation, rejections: Rejections): Promise<Found | null> {
  try {
    using scenario = subject.begin(simulation)
    await misbehave(scenario, simulation, rejections)
    await rest(scenario, simulation, rejections)
    return null
  } catch (error) {
    const atMs = simulation.scheduler.monotonic()
    if (error instanceof Violation) return { invariant: error.invariant, message: error.message, atMs }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { invariant: 'unexpected error', message: stack, atMs }
  }
}

async function misbehave(scenario: Scenario, { scheduler, random }: Simulation, rejections: Rejections): Promise<void> {
  const untilMs = drawLengthMs(random.stream('length'))
  const afterStep = () => {
    rejections.check()
    scenario.check()
    return false
  }
  await scheduler.run({ steps: maxSteps, untilMs, afterStep })
}

async function rest(scenario: Scenario, { scheduler }: Simulation, rejections: Rejections): Promise<void> {
  scenario.heal()
  const afterStep = () => {
    rejections.check()
    scenario.check()
    return scenario.isQuiet()
  }
  const untilMs = scheduler.monotonic() + restMs
  const end = await scheduler.run({ steps: scheduler.steps + maxSteps, untilMs, afterStep })
  if (!scenario.isQuiet()) throw new Violation('L-1', `does not come to rest (${end}): ${scenario.unfinished()}`)
  scenario.checkEnd()
}

interface Rejections extends Disposable {
  check(): void
}

/** A promise that nobody looks after ends a real server; here it ends the seed, and nobody else hears of it. */
function unhandled(): Rejections {
  const errors: unknown[] = []
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[]
  process.removeAllListeners('unhandledRejection')
  const listener = (error: unknown) => {
    // What a killed program had under way has nobody left who could look after it.
    if (!(error instanceof Killed)) errors.push(error)
  }
  process.on('unhandledRejection', listener)
  return {
    check: () => {
      if (errors.length > 0) throw errors[0]
    },
    [Symbol.dispose]: () => {
      process.off('unhandledRejection', listener)
      for (const other of others) process.on('unhandledRejection', other)
    },
  }
}
