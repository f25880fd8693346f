import type { Deployment } from './deployment.ts'
import type { EnvironmentSpec, ProjectSpec } from './spec.ts'
import { comesBy } from './trigger.ts'
import { waveNumber } from './wave.ts'

/** One app of a commit in one environment it may come to. */
export interface FlowPlace {
  readonly app: string
  readonly environment: EnvironmentSpec
  /** Of the app's release, on this track, oldest first; none where the commit made no release. */
  readonly deployments: readonly Deployment[]
  readonly isLive: boolean
  /** What holds one that has not begun, in words. */
  readonly heldBy: string | null
}

export type FlowState =
  | 'live'
  | 'succeeded'
  | 'rolling'
  | 'waiting'
  | 'queued'
  | 'failed'
  | 'errored'
  | 'aborted'
  /** An environment that comes before it did not succeed. */
  | 'skipped'
  /** An environment that comes before it has not got the release yet. */
  | 'later'
  /** It may come, and nothing has sent it. */
  | 'open'

export interface FlowStep {
  readonly app: string
  readonly environment: string
  readonly displayName: string
  readonly url: string | null
  readonly wave: number
  readonly needs: readonly string[]
  readonly state: FlowState
  readonly because: string
  readonly deployment: string | null
}

/** How far a commit has come over all its environments, in the order of the waves. */
export function flowOf(spec: ProjectSpec, places: readonly FlowPlace[]): readonly FlowStep[] {
  const known = new Map<string, FlowStep>()
  const inOrder = places
    .map((place) => ({ ...place, wave: waveNumber(spec, place.environment.name) }))
    .toSorted((a, b) => a.wave - b.wave)
  for (const place of inOrder) {
    const { app, environment, wave } = place
    const { name, displayName, url, needs } = environment
    const before = needs.flatMap((need) => known.get(`${need}/${app}`) ?? [])
    const step = { app, environment: name, displayName, url, wave, needs, ...stateOf(place, before) }
    known.set(`${name}/${app}`, step)
  }
  return [...known.values()]
}

type Standing = Pick<FlowStep, 'state' | 'because' | 'deployment'>

function stateOf(place: FlowPlace, before: readonly FlowStep[]): Standing {
  const newest = place.deployments.at(-1)
  const succeeded = place.deployments.findLast(
    ({ state }) => state.kind === 'finished' && state.outcome === 'succeeded',
  )
  if (newest !== undefined && newest.state.kind !== 'finished') return moving(newest, place.heldBy)
  if (place.isLive && succeeded !== undefined)
    return { state: 'live', because: `live since ${succeeded.id}`, deployment: succeeded.id }
  if (newest === undefined) return { ...notSent(place.environment, before), deployment: null }
  if (newest.state.kind === 'finished' && newest.state.outcome !== 'succeeded')
    return { state: newest.state.outcome, because: firstLine(newest.state.reason), deployment: newest.id }
  return { state: 'succeeded', because: 'another release has taken its place since', deployment: newest.id }
}

function moving({ id, state }: Deployment, heldBy: string | null): Standing {
  if (state.kind === 'waiting' || state.kind === 'queued')
    return { state: state.kind, because: heldBy ?? 'it is about to begin', deployment: id }
  return { state: 'rolling', because: state.kind === 'reverting' ? 'it goes back' : 'it rolls out', deployment: id }
}

const lost: readonly FlowState[] = ['failed', 'errored', 'aborted', 'skipped']

function notSent(environment: EnvironmentSpec, before: readonly FlowStep[]): Omit<Standing, 'deployment'> {
  const stopped = before.find(({ state }) => lost.includes(state))
  if (stopped !== undefined) return { state: 'skipped', because: `${stopped.environment} ${stopped.state}` }
  const missing = before.filter(({ state }) => state !== 'live' && state !== 'succeeded')
  if (missing.length > 0)
    return { state: 'later', because: `after ${missing.map((each) => each.environment).join(', ')}` }
  return {
    state: 'open',
    because: comesBy(environment) ?? `nothing sends it there by itself: signalbox deploy ${environment.name}`,
  }
}

function firstLine(reason: string | null): string {
  return (reason ?? '').split('\n')[0] ?? ''
}
