import { type EnergyDay, type EnergyNumbers, energyNumbers, energyPerDay } from '../domain/energy-trend.ts'
import {
  type Arrived,
  type ChangeMade,
  changesMade,
  type Day,
  type Numbers,
  numbersOf,
  type Period,
  perDay,
  periodsOf,
} from '../domain/insights.ts'
import { trackId } from '../domain/track.ts'
import { productionOf } from '../domain/wave.ts'
import type { Store } from '../store/store.ts'
import type { Parts } from './parts.ts'

/** What was in a period, beside what was in the one before, and day by day. */
export interface Measured {
  readonly now: Numbers
  readonly before: Numbers
  readonly days: readonly Day[]
}

export interface TrackInsights extends Measured {
  readonly track: string
  readonly app: string
  readonly environment: string
}

export interface ProjectInsights extends Measured {
  readonly name: string
  readonly tracks: readonly TrackInsights[]
  /** Of all that was run for the project, wherever it went. */
  readonly energy: EnergyInsights
}

export interface EnergyInsights {
  readonly now: EnergyNumbers
  readonly before: EnergyNumbers
  readonly days: readonly EnergyDay[]
}

export interface Insights {
  readonly period: Period
  readonly before: Period
  readonly projects: readonly ProjectInsights[]
}

export interface InsightsAsked {
  /** Null: all. */
  readonly projects: readonly string[] | null
  /** Null: those that count as production. */
  readonly environment: string | null
  readonly days: number
}

interface Seen {
  readonly made: readonly ChangeMade[]
  readonly arrived: readonly Arrived[]
}

/** So many projects are counted in one go; others get their turn before the next. */
const projectsAtOnce = 10

/** From the store alone. Where an environment is named, of the projects that have it; else of those that go anywhere, or have run something. */
export async function insights(
  { store, clock, time }: Pick<Parts, 'store' | 'clock' | 'time'>,
  { projects, environment, days }: InsightsAsked,
): Promise<Insights> {
  const periods = periodsOf(time.now(), days)
  const names = projects ?? store.projects.list().map(({ name }) => name)
  const told: ProjectInsights[] = []
  for (const [index, name] of names.entries()) {
    if (index > 0 && index % projectsAtOnce === 0) await clock.sleep(1)
    told.push(ofProject(store, { name, environment }, periods))
  }
  const isTold = ({ tracks, energy: { now, before } }: ProjectInsights) =>
    tracks.length > 0 || (environment === null && (now.total ?? before.total) !== null)
  return { ...periods, projects: told.filter(isTold) }
}

type Periods = ReturnType<typeof periodsOf>

function ofProject(
  store: Store,
  { name, environment }: { readonly name: string; readonly environment: string | null },
  periods: Periods,
): ProjectInsights {
  const seen = placesIn(store, name, environment).map((place) => ({
    ...{ place: { track: trackId(name, place.app, place.environment), ...place } },
    seen: seenOn(store, trackId(name, place.app, place.environment), periods.before.from),
  }))
  const tracks = seen.map((each) => ({ ...each.place, ...measured(each.seen, periods) }))
  return { name, ...together(tracks, seen, periods), tracks, energy: energyIn(store, name, periods) }
}

function energyIn(store: Store, project: string, { period, before }: Periods): EnergyInsights {
  const spent = store.energies.since(project, before.from)
  const [now, then] = [energyNumbers(spent, period), energyNumbers(spent, before)]
  return { now, before: then, days: energyPerDay(spent, period) }
}

/** What a single track has need not be counted twice. */
function together(
  tracks: readonly TrackInsights[],
  seen: readonly { readonly seen: Seen }[],
  periods: Periods,
): Measured {
  const [only, ...others] = tracks
  if (only !== undefined && others.length === 0) return { now: only.now, before: only.before, days: only.days }
  const made = seen.flatMap((each) => each.seen.made)
  const arrived = seen.flatMap((each) => each.seen.arrived)
  return measured({ made, arrived }, periods)
}

function placesIn(store: Store, project: string, environment: string | null) {
  const spec = store.runs.newestSpec(project)
  if (spec === null) return []
  const meant = environment === null ? productionOf(spec) : spec.environments.filter(({ name }) => name === environment)
  return meant.flatMap(({ name, apps }) => apps.map((app) => ({ app, environment: name })))
}

function seenOn(store: Store, track: string, from: number): Seen {
  const ended = store.endings.since(track, from)
  const arrivals = store.arrivals.since(track, from)
  return { made: changesMade({ ended, reverts: store.arrivals.revertsSince(track, from) }), arrived: arrivals }
}

function measured({ made, arrived }: Seen, { period, before }: Periods): Measured {
  return {
    now: numbersOf(made, arrived, period),
    before: numbersOf(made, arrived, before),
    days: perDay(made, period),
  }
}
