import type { Life } from '../kit/scheduler.ts'
import type { Simulation } from '../kit/simulation.ts'
import { striking } from './recurring.ts'

/** A program that is started again whenever it has crashed, as a service manager does. */
export interface Server {
  readonly isUp: boolean
  /** How many lives it has had. */
  readonly lives: number
  /** To be called after each commit: a crash right there is what finds most. */
  committed(): void
  /** Runs now if it is down, and does not crash any more. */
  heal(): void
}

/** `start` begins one life of the program; it is called again for every further life. */
export function mortalServer(simulation: Simulation, start: (life: Life) => void): Server {
  const server = new MortalServer(simulation, start)
  const { scheduler } = simulation
  const strikes = striking(simulation, [
    { fault: 'server-crash', everyMs: 10_000, strike: () => server.crash() },
    { fault: 'server-pause', everyMs: 20_000, strike: (random) => server.pause(random.heavyTail(2000, 120_000)) },
    {
      fault: 'clock-jump',
      everyMs: 30_000,
      strike: (random) => scheduler.jump(random.between(-1, 1) * random.heavyTail(5000, 86_400_000)),
    },
  ])
  server.onHeal = () => strikes.stop()
  return server
}

class MortalServer implements Server {
  readonly #simulation: Simulation
  readonly #start: (life: Life) => void
  #life: Life | null = null
  #lives = 0
  onHeal = () => {}

  constructor(simulation: Simulation, start: (life: Life) => void) {
    this.#simulation = simulation
    this.#start = start
    this.#begin()
  }

  get isUp(): boolean {
    return this.#life !== null
  }

  get lives(): number {
    return this.#lives
  }

  crash(): void {
    if (this.#life === null) return
    const { scheduler, random } = this.#simulation
    this.#life.kill()
    this.#life = null
    const downMs = random.stream('nemesis/restart').heavyTail(300, 20_000)
    scheduler.after(downMs, scheduler.world, 'server starts', () => this.#begin())
  }

  pause(ms: number): void {
    this.#life?.pause(ms)
  }

  committed(): void {
    const { faults, random, scheduler } = this.#simulation
    if (!random.stream('nemesis/commit').chance(faults['server-crash'] * 0.05)) return
    const life = this.#life
    scheduler.after(0, scheduler.world, 'crash after a commit', () => {
      if (life === this.#life) this.crash()
    })
  }

  heal(): void {
    this.onHeal()
    this.#begin()
  }

  #begin(): void {
    if (this.#life !== null) return
    this.#lives += 1
    this.#life = this.#simulation.scheduler.life(`server ${this.#lives}`)
    this.#start(this.#life)
  }
}
