import { currentStep, type Deployment, type StepCommand, type StepOutcome } from '../domain/deployment.ts'
import { isRouted, type Step } from '../domain/rollout.ts'
import type { Instance } from '../domain/track.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import type { Observation, StopOrder } from '../targets/driver.ts'
import { contextOf, trackOf } from './context.ts'
import { isConfigured } from './find.ts'
import { type Aim, isUnverified, onTarget, servedFiles, stopOrders } from './instances.ts'
import type { Parts } from './parts.ts'
import { callMs, limited, type Placing, placeAll, prepareMs, reloadAll, routeTo, takeAway } from './place.ts'
import { backupStep } from './steps/backup.ts'
import { lookAt } from './steps/bake.ts'
import { mustNotFlap, mustStand } from './steps/flapping.ts'
import { measure } from './steps/measure.ts'
import { migrateStep } from './steps/migrate.ts'
import { smoke } from './steps/smoke.ts'
import { surveyStep } from './steps/survey.ts'

export interface StepWork extends Placing {
  readonly deployment: Deployment
}

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
  const aim = aimOf(parts.store, deployment)
  const context = contextOf(parts.store, { track: deployment.track, release: aim.release })
  const driver = parts.driver(context.environment.target)
  const order = { track: deployment.track, number }
  return await perform({ parts, deployment, aim, context, driver, order, signal }, step)
}

/**
 * On the way back that is what served before, with its own hosts and port. Where nothing did, or nothing is wanted any
 * more and the last instance goes, the names are given back.
 */
function aimOf(store: Store, { id, track, release, state }: Deployment): Aim {
  const own = { deployment: id, release }
  if (state.kind === 'reverting') return { ...(state.before ?? own), isNowhere: state.before === null }
  const isLast = state.kind === 'rolling' && state.instances.length === 0
  return { ...own, isNowhere: isLast && !isConfigured(store, trackOf(store, track)) }
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
    case 'share':
      await share(work)
      return {}
    case 'survey':
      return await surveyStep(work)
    case 'backup':
      return await backupStep(work)
    case 'migrate':
      return await migrateStep(work, step)
    case 'place':
      await placeAll(work, step.instances)
      await mustStand(work, step.instances)
      return unverifiedAmong(work, step.instances)
    case 'reload':
      await reloadAll(work, step.instances)
      await mustStand(work, step.instances)
      return {}
    case 'route':
      await routeTo(work, { instances: step.instances, all: instancesOf(work.deployment), must: aim.deployment })
      return {}
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
    case 'smoke':
      await smoke(work, step.url)
      return {}
    case 'bake':
      return { look: await lookAt(work) }
  }
}

/** Of these nobody knows more than that they run. */
function unverifiedAmong({ parts, context }: StepWork, instances: readonly Instance[]): StepOutcome {
  const unverified = instances.filter((each) => isUnverified(parts, context, each)).map(({ name }) => name)
  return unverified.length === 0 ? {} : { told: { unverified } }
}

async function share(work: StepWork): Promise<void> {
  const { driver, order, aim, context } = work
  const files = servedFiles(context.app, context.environment)
  if (files === null) return
  const release = onTarget(context.app.name, aim.release)
  await limited(work, prepareMs, (signal) => driver.share(release, files, order, signal))
}

/**
 * Success means: the requested instances of the requested release, and no others, run and are routed. What runs besides,
 * without visitors, is taken away: a deployment before this one could not go back.
 */
async function verify(work: StepWork, wanted: readonly Instance[]): Promise<void> {
  const { driver, deployment, parts } = work
  const look = () => limited(work, callMs, (signal) => driver.observe(deployment.track, signal))
  let seen = await look()
  const strays = seen.instances
    .map(({ name }) => name)
    .filter((name) => !isIn(wanted, name) && !seen.routed.includes(name))
  if (strays.length > 0) {
    await takeAway(work, strays)
    seen = await look()
  }
  parts.store.tracks.setObserved(deployment.track, { ...seen })
  mustNotFlap(work, seen)
  const problem = differences(seen, wanted).join('; ')
  if (problem !== '') throw new Fault('deployment.not_as_planned', { details: { problem } })
}

function differences(seen: Observation, wanted: readonly Instance[]): readonly string[] {
  return [
    ...wanted
      .filter(
        ({ name, release }) =>
          !seen.instances.some(
            (each) => each.name === name && each.digest === release.digest && each.state === 'healthy',
          ),
      )
      .map(({ name }) => `${name} is not running healthily`),
    ...seen.instances.filter(({ name }) => !isIn(wanted, name)).map(({ name }) => `${name} should not be there`),
    ...wanted
      .filter((each) => isRouted(each) && !seen.routed.includes(each.name))
      .map(({ name }) => `${name} gets no visitors`),
    ...seen.routed.filter((name) => !isIn(wanted, name)).map((name) => `${name} should get no visitors`),
  ]
}

function isIn(instances: readonly Instance[], wanted: string): boolean {
  return instances.some(({ name }) => name === wanted)
}

/** What it brings, and what was there before. */
function instancesOf({ state }: Deployment): readonly Instance[] {
  return 'instances' in state ? [...state.instances, ...(state.before?.instances ?? [])] : []
}

function longest(stops: readonly StopOrder[], which: 'graceMs' | 'drainMs'): number {
  return Math.max(0, ...stops.map(({ stop }) => stop[which])) + callMs
}
