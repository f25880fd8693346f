import { currentStep, type Deployment, type StepCommand, type StepOutcome } from '../domain/deployment.ts'
import { isRouted, type Step } from '../domain/rollout.ts'
import type { Instance, Live } from '../domain/track.ts'
import { wordsOf } from '../domain/words.ts'
import { Fault } from '../lib/fault.ts'
import type { InstanceDriver, InstanceSpec, Order, StopOrder } from '../targets/driver.ts'
import { contextOf, type DeploymentContext } from './context.ts'
import { environmentOf, instanceSpecs, maskedFault, onTarget, routingOf, stopOrders } from './instances.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import { runToEnd } from './run-to-end.ts'

export interface StepWork {
  readonly parts: Parts
  readonly deployment: Deployment
  readonly aim: Aim
  readonly context: DeploymentContext
  readonly driver: InstanceDriver
  readonly order: Order
  readonly signal: AbortSignal
}

type Aim = Pick<Live, 'deployment' | 'release'>

const callMs = 30_000
const prepareMs = 300_000

/** One step, one call on the driver. Null when the deployment has moved on and nothing is to be done. */
export async function performStep(
  parts: Parts,
  command: StepCommand,
  number: number,
  signal: AbortSignal,
): Promise<StepOutcome | null> {
  const deployment = parts.store.deployments.get(command.deployment)
  const step = deployment === null ? null : currentStep(deployment)
  if (deployment === null || step === null) return null
  if (deployment.state.kind !== command.phase || deployment.state.at !== command.at) return null
  const aim = aimOf(deployment)
  const context = contextOf(parts.store, { track: deployment.track, release: aim.release })
  const driver = parts.driver(context.environment.target)
  const order = { track: deployment.track, number }
  return await perform({ parts, deployment, aim, context, driver, order, signal }, step)
}

/** What is to serve when all steps are done. On the way back that is what served before, with its own hosts and port. */
function aimOf({ id, release, state }: Deployment): Aim {
  return (state.kind === 'reverting' ? state.before : null) ?? { deployment: id, release }
}

async function perform(work: StepWork, step: Step): Promise<StepOutcome> {
  const { driver, order, aim, context } = work
  switch (step.do) {
    case 'measure':
      return await measure(work, step.window)
    case 'prepare': {
      const release = onTarget(context.app.name, aim.release)
      await limited(work, prepareMs, (signal) => driver.prepare(release, order, signal))
      return {}
    }
    case 'migrate':
      await migrate(work)
      return {}
    case 'place':
      await placeAll(work, step.instances)
      return {}
    case 'route': {
      const routing = routingOf(context, aim, step.instances)
      await limited(work, callMs, (signal) => driver.route(routing, order, signal))
      return {}
    }
    case 'drain': {
      const stops = stopOrders(work.parts, context, step.instances)
      const account = await limited(work, longest(stops, 'drainMs'), (signal) => driver.drain(stops, order, signal))
      return { account }
    }
    case 'remove': {
      const stops = stopOrders(work.parts, context, step.instances)
      const account = await limited(work, longest(stops, 'graceMs'), (signal) => driver.remove(stops, order, signal))
      return { account }
    }
    case 'verify':
      await verify(work, step.instances)
      return {}
  }
}

/** Waiting for health is the target's; this limit only catches a target that never answers. */
async function placeAll(work: StepWork, instances: readonly Instance[]): Promise<void> {
  const { parts, driver, order, context } = work
  const specs = await instanceSpecs(parts, context, instances)
  // What is to be placed again after a failure may need another release unpacked than the one that goes out.
  for (const release of distinctReleases(specs)) {
    await limited(work, prepareMs, (signal) => driver.prepare(release, order, signal))
  }
  const startMs = Math.max(0, ...specs.map(({ health }) => health.startPeriodMs + health.timeoutMs * health.passes))
  try {
    await limited(work, startMs + callMs, (signal) => driver.place(specs, order, signal))
  } catch (error) {
    // Its evidence holds what the app printed, and an app may print anything it was given.
    throw error instanceof Fault ? await maskedFault(parts, { context, instances }, error) : error
  }
}

function distinctReleases(specs: readonly InstanceSpec[]) {
  return [...new Map(specs.map(({ release }) => [release.digest, release])).values()]
}

/** Counting must not decide about a deployment: what cannot be measured is recorded as not measured. */
async function measure(work: StepWork, window: 'open' | 'close'): Promise<StepOutcome> {
  const { driver, deployment, parts } = work
  if (!driver.can.traffic) return {}
  try {
    return { traffic: await limited(work, callMs, (signal) => driver.traffic(deployment.track, window, signal)) }
  } catch (error) {
    if (work.signal.aborted) throw error
    parts.log.warn('traffic not measured', { deployment: deployment.id, window, error })
    return {}
  }
}

/** Success means: the requested instances of the requested release, and no others, run and are routed. */
async function verify(work: StepWork, wanted: readonly Instance[]): Promise<void> {
  const { driver, deployment, parts } = work
  const seen = await limited(work, callMs, (signal) => driver.observe(deployment.track, signal))
  parts.store.tracks.setObserved(deployment.track, { ...seen })
  const problems = [
    ...wanted
      .filter(
        ({ name, release }) =>
          !seen.instances.some(
            (each) => each.name === name && each.digest === release.digest && each.state === 'healthy',
          ),
      )
      .map(({ name }) => `${name} is not running healthily`),
    ...seen.instances
      .filter(({ name }) => !wanted.some((each) => each.name === name))
      .map(({ name }) => `${name} should not be there`),
    ...wanted
      .filter((each) => isRouted(each) && !seen.routed.includes(each.name))
      .map(({ name }) => `${name} gets no visitors`),
    ...seen.routed
      .filter((name) => !wanted.some((each) => each.name === name))
      .map((name) => `${name} should get no visitors`),
  ]
  if (problems.length > 0) throw new Fault('deployment.not_as_planned', { details: { problem: problems.join('; ') } })
}

async function migrate(work: StepWork): Promise<void> {
  const { parts, deployment, context } = work
  const { app, environment } = context
  const { migrations } = app
  const only = environment.policies.migrations === 'forbid_pending'
  const command = only ? migrations?.pending : migrations?.command
  if (migrations === null || command === null || command === undefined) return
  const given = { context, app, release: deployment.release, variables: variablesOf(deployment) }
  const { env, secrets } = await environmentOf(parts, given)
  const oneOff = {
    // Going on after a crash asks for the same name: it ran once, or it is still running.
    name: `${deployment.id}-migrate`,
    track: deployment.track,
    release: onTarget(app.name, deployment.release),
    argv: wordsOf(command),
    env: { ...env, SIGNALBOX_PROCESS: 'migrate' },
    directory: app.directory,
    shared: app.shared,
    timeoutMs: migrations.timeoutMs,
  }
  const result = await runToEnd(work, oneOff, secrets)
  if (result.exitCode === 0) return
  const how = result.timedOut
    ? `took longer than ${migrations.timeoutMs} ms`
    : `ended with ${result.signal ?? `exit code ${result.exitCode}`}`
  throw new Fault(only ? 'migration.pending' : 'migration.failed', {
    details: { deployment: deployment.id, problem: how },
  })
}

function variablesOf({ state }: Deployment): number {
  return state.kind === 'rolling' || state.kind === 'reverting' ? state.variables : 0
}

function limited<T>(work: StepWork, limitMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withLimit({ clock: work.parts.clock, limitMs, what: work.driver.name, signal: work.signal }, call)
}

function longest(stops: readonly StopOrder[], which: 'graceMs' | 'drainMs'): number {
  return Math.max(0, ...stops.map(({ stop }) => stop[which])) + callMs
}
