import { Agent } from 'node:http'
import type { Clock } from '../../lib/clock.ts'
import { type LoadReport, type Outcome, reportOf } from './load-report.ts'
import { exchange, type Shape, type Visited } from './load-request.ts'

/**
 * Visitors, made up: requests leave at fixed times whatever became of the earlier ones, as real visitors do not wait for
 * each other. Latency counts from the time a request should have left, so that a stall shows in every request it held up.
 */
export interface LoadPlan extends Visited {
  readonly ratePerS: number
  readonly mix: readonly Shape[]
  /** The load ends by itself after this. */
  readonly durationMs: number
  /** A request without its whole answer by then has failed. Default 30 seconds. */
  readonly timeoutMs?: number
  /** Kept-alive connections for each shape. Default 16. */
  readonly connections?: number
  /** Requests due while this many are unanswered fail without being sent. Default 5000. */
  readonly maxInFlight?: number
  /** Phase of the first requests. Default `before`. */
  readonly phase?: string
}

export interface Load extends AsyncDisposable {
  /** Requests due from now on belong to this phase. A phase may be taken up again. */
  mark(phase: string): void
  /** As it stands now; a request under way is sent, and neither answered nor failed. */
  report(): LoadReport
  /** Sends no more, waits for those under way, tells all. May be called twice. */
  finish(): Promise<LoadReport>
  /** Resolves when the load has ended, by itself or by `finish`. */
  readonly ended: Promise<void>
}

export function startLoad(plan: LoadPlan, clock: Clock): Load {
  return new RunningLoad(plan, clock)
}

/** How late the loop may look for requests that are over their limit. */
const sweepMs = 50

class RunningLoad implements Load {
  readonly ended: Promise<void>
  readonly #plan: LoadPlan
  readonly #clock: Clock
  readonly #outcomes: Outcome[] = []
  readonly #underWay = new Set<UnderWay>()
  readonly #stop = new AbortController()
  readonly #agents: ReadonlyMap<Shape, Agent>
  readonly #next: () => Shape
  #phase: string
  #sent = 0

  constructor(plan: LoadPlan, clock: Clock) {
    this.#plan = plan
    this.#clock = clock
    this.#phase = plan.phase ?? 'before'
    this.#next = inTurns(plan.mix)
    this.#agents = new Map(plan.mix.map((shape) => [shape, agentFor(shape, plan.connections ?? 16)]))
    this.ended = this.#run()
  }

  mark(phase: string): void {
    this.#phase = phase
  }

  report(): LoadReport {
    return reportOf(this.#outcomes, this.#sent)
  }

  async finish(): Promise<LoadReport> {
    this.#stop.abort()
    await this.ended
    return this.report()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    for (const request of this.#underWay) request.cancel('cancelled')
    await this.ended
  }

  async #run(): Promise<void> {
    const startMs = this.#clock.monotonic()
    const everyMs = 1000 / this.#plan.ratePerS
    const total = Math.round(this.#plan.durationMs / everyMs)
    while (!this.#stop.signal.aborted && this.#sent < total) {
      const elapsedMs = this.#clock.monotonic() - startMs
      while (this.#sent < total && this.#sent * everyMs <= elapsedMs) this.#send(startMs, this.#sent * everyMs)
      await this.#pause(startMs + this.#sent * everyMs - this.#clock.monotonic())
      this.#cancelOverdue()
    }
    while (this.#underWay.size > 0) {
      await this.#clock.sleep(sweepMs)
      this.#cancelOverdue()
    }
    for (const agent of this.#agents.values()) agent.destroy()
  }

  /** Until the next request is due, or the load is stopped; not longer than overdue requests may go unnoticed. */
  async #pause(ms: number): Promise<void> {
    try {
      await this.#clock.sleep(Math.min(Math.max(ms, 1), sweepMs), this.#stop.signal)
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error
    }
  }

  #cancelOverdue(): void {
    const limitMs = this.#clock.monotonic() - (this.#plan.timeoutMs ?? 30_000)
    for (const request of this.#underWay) if (request.startedMs < limitMs) request.cancel('timeout')
  }

  #send(startMs: number, atMs: number): void {
    const shape = this.#next()
    const about = { shape: shape.name, phase: this.#phase, atMs, latencyCounts: shape.latencyCounts }
    this.#sent += 1
    if (this.#underWay.size >= (this.#plan.maxInFlight ?? 5000)) {
      const unsent = { status: null, error: 'not sent: too many unanswered', release: null, reused: false }
      this.#outcomes.push({ ...about, ...unsent, latencyMs: 0 })
      return
    }
    const sending = exchange({ shape, visited: this.#plan, agent: this.#agents.get(shape), clock: this.#clock })
    const request = { startedMs: this.#clock.monotonic(), cancel: sending.cancel }
    this.#underWay.add(request)
    void sending.answer.then((answer) => {
      this.#underWay.delete(request)
      this.#outcomes.push({ ...about, ...answer, latencyMs: this.#clock.monotonic() - startMs - atMs })
    })
  }
}

interface UnderWay {
  readonly startedMs: number
  cancel(why: string): void
}

function agentFor(shape: Shape, connections: number): Agent {
  return shape.keepAlive
    ? new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
    : new Agent({ keepAlive: false })
}

/** The shapes in proportion to their weights, spread evenly and the same in each run: the one furthest behind its share is next. */
function inTurns(mix: readonly Shape[]): () => Shape {
  const total = mix.reduce((sum, shape) => sum + shape.weight, 0)
  const lag = mix.map((shape) => ({ shape, behind: 0 }))
  return () => {
    for (const entry of lag) entry.behind += entry.shape.weight / total
    const next = lag.reduce((a, b) => (b.behind > a.behind ? b : a))
    next.behind -= 1
    return next.shape
  }
}
