import type { Random } from '../kit/random.ts'
import type { Life } from '../kit/scheduler.ts'
import type { Simulation } from '../kit/simulation.ts'
import { striking } from './recurring.ts'

/** One life of a program, as whoever ends it sees it. */
export interface Program {
  /** As SIGTERM does it: resolves when it has let go of its work. */
  stop(): Promise<void>
}

/** A program that is started again whenever it has ended, as a service manager does. */
export interface Server {
  readonly isUp: boolean
  /** How many lives it has had. */
  readonly lives: number
  /** To be called after each commit of a program that is not on a `Disk`: it crashes soon after, now and then. */
  committed(): void
  /** To be called right before and right after a commit: now and then the life ends there and then. */
  strike(life: Life): void
  /** The program has ended by itself. */
  exited(life: Life): void
  /** Runs now if it is down, and does not crash any more. */
  heal(): void
}

/** From the order to stop until it is killed. */
const stopLimitMs = 10_000
/** How long a server that should not be there is left alone after it has woken up. */
const staleMs = 60_000

/** `start` begins one life of the program; it is called again for every further life. */
export function mortalServer(
  simulation: Simulation,
  start: (life: Life) => Program | undefined,
  onJump: () => void = () => {},
): Server {
  const server = new MortalServer(simulation, start)
  const { scheduler } = simulation
  const strikes = striking(simulation, [
    { fault: 'server-crash', everyMs: 10_000, strike: () => server.crash() },
    { fault: 'server-stop', everyMs: 20_000, strike: () => server.stop() },
    { fault: 'server-pause', everyMs: 20_000, strike: (random) => server.pause(random.heavyTail(2000, 120_000)) },
    { fault: 'second-server', everyMs: 40_000, strike: (random) => server.double(random.heavyTail(5000, 120_000)) },
    {
      fault: 'clock-jump',
      everyMs: 30_000,
      strike: (random) => {
        onJump()
        scheduler.jump(random.between(-1, 1) * random.heavyTail(5000, 86_400_000))
      },
    },
  ])
  server.onHeal = () => strikes.stop()
  return server
}

class MortalServer implements Server {
  readonly #simulation: Simulation
  readonly #start: (life: Life) => Program | undefined
  readonly #restart: Random
  readonly #atCommit: Random
  readonly #stale = new Set<Life>()
  #life: Life | null = null
  #program: Program | undefined
  #lives = 0
  #isHealed = false
  onHeal = () => {}

  constructor(simulation: Simulation, start: (life: Life) => Program | undefined) {
    this.#simulation = simulation
    this.#start = start
    this.#restart = simulation.random.stream('nemesis/restart')
    this.#atCommit = simulation.random.stream('nemesis/commit')
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
    this.#simulation.seen('server crashed')
    this.#end(this.#life)
  }

  /** An update, or a person: the server is told to stop, and started again when it has. */
  stop(): void {
    const life = this.#life
    const stopping = this.#program?.stop()
    if (life === null || stopping === undefined) return
    const { scheduler } = this.#simulation
    const over = () => {
      if (life === this.#life) this.#end(life)
    }
    void stopping.then(() => {
      this.#simulation.seen('server stopped')
      over()
    })
    scheduler.after(stopLimitMs, scheduler.world, 'stopped for long enough', over)
  }

  pause(ms: number): void {
    this.#life?.pause(ms)
  }

  /** The server stands still, somebody starts another, and then the first one wakes up. */
  double(ms: number): void {
    const stale = this.#life
    if (stale === null || this.#program === undefined) return
    const { scheduler } = this.#simulation
    stale.pause(ms)
    this.#stale.add(stale)
    this.#life = null
    this.#begin()
    scheduler.after(ms, scheduler.world, 'the first server wakes up', () => {
      if (this.#stale.has(stale)) this.#simulation.seen('two servers at once')
    })
    scheduler.after(ms + staleMs, scheduler.world, 'the first server is found', () => this.#end(stale))
  }

  committed(): void {
    const { faults, scheduler } = this.#simulation
    if (!this.#atCommit.chance(faults['server-crash'] * 0.05)) return
    const life = this.#life
    scheduler.after(0, scheduler.world, 'crash after a commit', () => {
      if (life === this.#life) this.crash()
    })
  }

  strike(life: Life): void {
    if (this.#isHealed || life !== this.#life) return
    if (this.#atCommit.chance(this.#simulation.faults['server-crash'] * 0.01)) this.crash()
  }

  exited(life: Life): void {
    this.#end(life)
  }

  heal(): void {
    this.#isHealed = true
    this.onHeal()
    for (const life of [...this.#stale]) this.#end(life)
    this.#begin()
  }

  #end(life: Life): void {
    if (!life.alive) return
    life.kill()
    this.#stale.delete(life)
    if (life !== this.#life) return
    this.#life = null
    this.#program = undefined
    const { scheduler } = this.#simulation
    const downMs = this.#isHealed ? 100 : this.#restart.heavyTail(300, 20_000)
    scheduler.after(downMs, scheduler.world, 'server starts', () => {
      if (this.#begin()) this.#mayCrashSoon()
    })
  }

  /** A crash while the one before it is being made good. */
  #mayCrashSoon(): void {
    const { faults, scheduler } = this.#simulation
    const [isSoon, afterMs] = [this.#restart.chance(faults['server-crash'] * 0.3), this.#restart.heavyTail(50, 2000)]
    const life = this.#life
    if (!isSoon || this.#isHealed) return
    scheduler.after(afterMs, scheduler.world, 'crash in recovery', () => {
      if (this.#isHealed || life !== this.#life) return
      this.#simulation.seen('crashed in recovery')
      this.crash()
    })
  }

  #begin(): boolean {
    if (this.#life !== null) return false
    this.#lives += 1
    this.#life = this.#simulation.scheduler.life(`server ${this.#lives}`)
    this.#program = this.#start(this.#life)
    return true
  }
}
