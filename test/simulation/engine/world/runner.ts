import type { JobPlan, JobResult, Runner } from '../../../../src/runner/runner.ts'
import { gated } from '../../kit/gate.ts'
import type { Random } from '../../kit/random.ts'
import type { Life } from '../../kit/scheduler.ts'
import type { Simulation } from '../../kit/simulation.ts'
import type { Archives } from './archives.ts'
import { asked, type Outside } from './outside.ts'

/** One try of a job, as a process on the server's machine. It outlives the server. */
export interface JobProcess {
  readonly attempt: string
  readonly run: string
  readonly job: string
  readonly life: Life
  /** `ending`: told to end, and not gone yet. */
  state: 'running' | 'ending' | 'ended'
  /** What its server was told of it, if it was. */
  result: JobResult | null
  /** The server died while it ran. */
  isLost: boolean
}

export interface RunnerWatch {
  starting(process: JobProcess): void
  /** An archive was built, of this app from this commit. */
  built(archive: { readonly digest: string; readonly commit: string; readonly app: string }): void
}

/** What happens to jobs. */
export class ModelRunner {
  readonly processes: JobProcess[] = []
  readonly #simulation: Simulation
  readonly #archives: Archives
  readonly #random: Random
  readonly #watch: RunnerWatch
  isHealed = false

  constructor(simulation: Simulation, archives: Archives, watch: RunnerWatch) {
    this.#simulation = simulation
    this.#archives = archives
    this.#random = simulation.random.stream('jobs')
    this.#watch = watch
  }

  /** As one life of the server has it. */
  of(outside: Outside): Runner {
    return {
      run: (plan, signal) => this.#run(outside, plan, signal),
      recover: () =>
        asked(outside, { label: 'jobs are recovered', afterMs: this.#random.heavyTail(20, 1000) }, () =>
          this.#recover(outside.life),
        ),
    }
  }

  get active(): readonly JobProcess[] {
    return this.processes.filter(({ state }) => state !== 'ended')
  }

  #recover(life: Life): readonly string[] {
    const left = this.active.filter((process) => process.life !== life)
    for (const process of left) {
      process.isLost = process.state === 'running'
      process.state = 'ended'
    }
    return left.map(({ attempt }) => attempt)
  }

  #run(outside: Outside, plan: JobPlan, signal: AbortSignal): Promise<JobResult> {
    const { scheduler, life } = outside
    if (!life.alive) return new Promise(() => {})
    const [run = '', job = ''] = plan.attempt.split('/')
    const process: JobProcess = { attempt: plan.attempt, run, job, life, state: 'running', result: null, isLost: false }
    this.#watch.starting(process)
    this.processes.push(process)
    return gated(scheduler, life, 'job answered', this.#untilEnd(process, plan, signal))
  }

  #untilEnd(process: JobProcess, plan: JobPlan, signal: AbortSignal): Promise<JobResult> {
    const { scheduler } = this.#simulation
    const script = this.#script(plan)
    return new Promise((resolve) => {
      const over = (result: JobResult) => {
        if (process.state === 'ended') return
        process.state = 'ended'
        process.result = result
        if (!script.isSilent) resolve(result)
      }
      scheduler.after(script.endsAfterMs, scheduler.world, 'job ends', () => {
        // The server itself archives what a build has made, and hears of its end; a dead one does neither.
        if (!process.life.alive) process.state = 'ended'
        else if (process.state === 'running') over(this.#result(process, plan, script))
      })
      const end = () => {
        if (process.state !== 'running') return
        process.state = 'ending'
        const heardAfterMs = this.#random.heavyTail(50, 3000)
        scheduler.after(heardAfterMs, scheduler.world, 'job is ended', () => over(ending('aborted', 'told to end')))
      }
      signal.addEventListener('abort', end, { once: true })
      if (signal.aborted) end()
    })
  }

  #script(plan: JobPlan): Script {
    const { faults } = this.#simulation
    const isSmoke = isSmokeOf(plan.attempt)
    const bad = this.isHealed ? 0 : faults['bad-job']
    const random = isSmoke ? this.#simulation.random.stream('smoke') : this.#random
    const [fails, hangs] = [random.chance(bad * 0.3), random.chance(bad * 0.1)]
    const isSilent = random.chance(this.isHealed ? 0 : faults['runner-silent'] * 0.1)
    const tookMs = Math.min(random.heavyTail(1200, 12_000), plan.timeoutMs)
    const isOverLimit = hangs || tookMs >= plan.timeoutMs
    return {
      endsAfterMs: hangs ? plan.timeoutMs : tookMs,
      outcome: fails || isOverLimit ? 'failed' : 'succeeded',
      reason: isOverLimit ? 'the job reached its limit' : 'exit 1',
      isSilent,
    }
  }

  #result({ attempt }: JobProcess, { archive, commit }: JobPlan, { outcome, reason }: Script): JobResult {
    if (outcome !== 'succeeded') return ending(outcome, reason)
    if (!archive) return ending('succeeded', null)
    const app = /\/build:([^/]+)\//.exec(attempt)?.[1] ?? ''
    const digest = `${app}-${commit}`
    this.#archives.stored.add(digest)
    this.#watch.built({ digest, commit, app })
    return { ...ending('succeeded', null), artifact: { digest, bytes: 1000 } }
  }
}

/** Its attempt has a deployment's name. */
export function isSmokeOf(attempt: string): boolean {
  return attempt.endsWith('-smoke')
}

interface Script {
  readonly endsAfterMs: number
  readonly outcome: 'succeeded' | 'failed'
  readonly reason: string
  /** Its end is never heard of. */
  readonly isSilent: boolean
}

function ending(outcome: JobResult['outcome'], reason: string | null): JobResult {
  return { outcome, reason, steps: [], outputs: {}, artifact: null, durationMs: 1, laps: [] }
}
