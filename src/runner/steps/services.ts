import type { ServiceSpec } from '../../domain/spec.ts'
import { wordsOf } from '../../domain/words.ts'
import { showDuration } from '../../lib/duration.ts'
import { freePort } from '../../system/ports.ts'
import { type Child, type ChildResult, problemOf } from '../../system/process.ts'
import type { JobContext } from '../context.ts'
import type { Environment } from '../environment.ts'
import { probe } from '../probe.ts'
import { aborted, type Ending, errored, failed, type Step, succeeded } from '../step.ts'

/** Starts the servers a job needs beside it, and waits until they are ready. They end with the job. */
export function services(job: JobContext): Step {
  return async (signal) => {
    const images = job.plan.services.filter(({ command }) => command === null)
    if (images[0] !== undefined) return errored(needsEngine(images[0]))
    const running: Running[] = []
    for (const [index, service] of job.plan.services.entries())
      running.push(await start(job, { service, index, signal }))
    for (const one of running) {
      const ending = await untilReady(job, one, signal)
      if (ending.outcome !== 'succeeded') return ending
      job.out.say(`service ${one.service.name} is ready${one.port === null ? '' : ` on port ${one.port}`}`)
    }
    return succeeded
  }
}

function needsEngine({ name, image }: ServiceSpec): string {
  return `the service ${name} is the image ${image}: this runner has no container engine; give it a command instead`
}

interface Running {
  readonly service: ServiceSpec
  readonly child: Child
  /** The first of its ports. */
  readonly port: number | null
  readonly env: Environment
  readonly startedAt: number
  end: ChildResult | null
}

type Starting = { readonly service: ServiceSpec; readonly index: number; readonly signal: AbortSignal }

/** Each gets ports of its own, as jobs run side by side: a service listens where PORT says, and steps ask NAME_PORT. */
async function start(job: JobContext, { service, index, signal }: Starting): Promise<Running> {
  const ports = await Promise.all(service.ports.map(async (declared) => [declared, await freePort()] as const))
  const port = ports[0]?.[1] ?? null
  const own = Object.fromEntries(ports.map(([declared, given]) => [`PORT_${declared}`, String(given)]))
  const first: Environment = port === null ? {} : { HOST: '127.0.0.1', PORT: String(port) }
  job.record.services = { ...job.record.services, ...forSteps(service.name, { ...first, ...own }) }
  const env = job.environment(service.env, { ...first, ...own })
  const label = `[${service.name}] `
  const child = await job.processes.start({
    argv: wordsOf(service.command ?? []),
    cwd: job.places.workspace,
    env,
    stdout: job.out.sink({ step: null, stream: 'o' }, label),
    stderr: job.out.sink({ step: null, stream: 'e' }, label),
    step: `service.${index}`,
    signal,
  })
  const running: Running = { service, child, port, env, startedAt: job.clock.monotonic(), end: null }
  void child.result.then((end) => {
    running.end = end
    if (!job.processes.isEnding) job.out.say(`service ${service.name} ended: ${problemOf(end)}`)
  })
  return running
}

/** `db` with PORT=4711 → DB_PORT=4711 */
function forSteps(name: string, variables: Environment): Environment {
  const prefix = name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
  return Object.fromEntries(Object.entries(variables).map(([key, value]) => [`${prefix}_${key}`, value]))
}

/** While it starts, a service is asked at least this often: a job should not wait for the next round of a slow rhythm. */
const LONGEST_PAUSE_MS = 250

async function untilReady(job: JobContext, running: Running, signal: AbortSignal): Promise<Ending> {
  const { health, name } = running.service
  const deadline = running.startedAt + health.startPeriodMs
  for (let passes = 0, problem = 'it was not asked'; ; ) {
    if (signal.aborted) return aborted
    if (running.end !== null) return failed(`the service ${name} ended before it was ready: ${problemOf(running.end)}`)
    const isLate = job.clock.monotonic() >= deadline
    if (health.probe.kind === 'process' && isLate) return succeeded
    const answer = await probe(job, running, signal)
    passes = answer === null ? passes + 1 : 0
    problem = answer ?? problem
    if (passes >= Math.max(1, health.passes)) return succeeded
    if (isLate && health.probe.kind !== 'process') return failed(notReady(running.service, problem))
    await pause(job, Math.min(health.intervalMs, LONGEST_PAUSE_MS), signal)
  }
}

function notReady({ name, health }: ServiceSpec, problem: string): string {
  return `the service ${name} was not ready within ${showDuration(health.startPeriodMs)}: ${problem}`
}

async function pause(job: JobContext, ms: number, signal: AbortSignal): Promise<void> {
  await job.clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
}
