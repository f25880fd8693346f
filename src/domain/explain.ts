import type { Deployment } from './deployment.ts'
import type { AcceptedEvent } from './event.ts'
import type { GateReport } from './gates.ts'
import type { Release } from './release.ts'
import type { Run } from './run.ts'
import type { EnvironmentSpec } from './spec.ts'
import type { Live } from './track.ts'
import { comesBy } from './trigger.ts'

export interface Evidence {
  readonly commit: string
  readonly title: string
  readonly events: readonly AcceptedEvent[]
  readonly runs: readonly Run[]
  readonly releases: readonly Release[]
  readonly tracks: readonly TrackEvidence[]
}

export interface TrackEvidence {
  readonly id: string
  readonly environment: EnvironmentSpec
  readonly live: Live | null
  /** Whether what is live was made from a later commit that has this one in its history. */
  readonly isWithin: boolean
  /** Of this commit's release on this track, oldest first. */
  readonly deployments: readonly Deployment[]
  /** Of the one that is open, if one is; otherwise of the release, as if it were asked for now. Empty when there is none. */
  readonly gates: readonly GateReport[]
}

export interface Explanation {
  readonly commit: string
  readonly title: string
  /** Everything that led to runs, or did not, in order. */
  readonly story: readonly string[]
  readonly environments: readonly EnvironmentExplanation[]
}

export interface EnvironmentExplanation {
  readonly track: string
  readonly live: boolean
  readonly because: string
  readonly openedBy: string | null
  /** The deployment that the gates are of; null when they are of one that nobody has asked for. */
  readonly deployment: string | null
  /** Of this commit to here, whatever became of it; null when it was never sent. */
  readonly newest: string | null
  /** Every gate in order, open or closed, with its evidence. */
  readonly gates: readonly GateReport[]
}

/** Why a commit is not live: the first thing in its way, with evidence and who or what clears it. */
export function explain(evidence: Evidence): Explanation {
  const { commit, title, events, runs, releases, tracks } = evidence
  return {
    commit,
    title,
    story: [...events.map(eventSentence), ...runs.map(runSentence), ...releases.map(releaseSentence)],
    environments: tracks.map((track) => ({
      track: track.id,
      ...answerFor(track, evidence),
      deployment: openOf(track)?.id ?? null,
      newest: track.deployments.at(-1)?.id ?? null,
      gates: track.gates,
    })),
  }
}

type Answer = Pick<EnvironmentExplanation, 'live' | 'because' | 'openedBy'>

/** The one that has not begun. */
function openOf({ deployments }: TrackEvidence): Deployment | undefined {
  return deployments.findLast(({ state }) => state.kind === 'waiting' || state.kind === 'queued')
}

function answerFor(track: TrackEvidence, { commit, runs, events, releases }: Evidence): Answer {
  if (track.live?.release.commit === commit)
    return { live: true, because: `live since ${track.live.deployment}`, openedBy: null }
  if (track.live !== null && track.isWithin)
    return {
      live: true,
      because: `part of ${track.live.release.version}, live since ${track.live.deployment}`,
      openedBy: null,
    }
  const newest = track.deployments.at(-1)
  if (newest !== undefined) return deploymentAnswer(newest, track)
  const run = runs.at(-1)
  if (run === undefined) return no(events.at(-1)?.because ?? 'no push has brought this commit', 'a push of it')
  if (run.state !== 'finished') return no(`${run.id} has not ended`, run.id)
  if (run.outcome !== 'succeeded')
    return no(`${run.id} ${run.outcome}: ${firstLine(run.reason)}`, `a fix, or signalbox rerun ${run.id}`)
  const app = track.id.split('/')[1]
  if (!releases.some((release) => release.app === app))
    return no(`the change does not touch ${app}, so there is no release of it`, null)
  const closed = firstClosed(track.gates)
  if (closed !== null) return no(`nothing has sent it there, and ${closed.because}`, closed.openedBy)
  const later = comesBy(track.environment)
  const because = `nothing has sent it there${later === null ? '' : ` yet, ${later}`}`
  return no(because, `signalbox deploy ${track.environment.name}`)
}

/** The turn of something that nobody has asked for is not in its way; nor is the yes of people, who are asked about nothing yet. */
function firstClosed(gates: readonly GateReport[]) {
  const found = gates.find(
    ({ holds, answer }) => !answer.open && answer.behind === undefined && holds !== 'people',
  )?.answer
  return found === undefined || found.open ? null : found
}

function deploymentAnswer({ id, state, reason }: Deployment, track: TrackEvidence): Answer {
  const { gates, live } = track
  const waiting = openOf(track)
  const closed = gates.find(({ answer }) => !answer.open)
  if (waiting !== undefined && closed !== undefined && !closed.answer.open) {
    return no(`${waiting.id} waits: ${closed.answer.because}`, closed.answer.openedBy)
  }
  if (state.kind !== 'finished') return no(`${id} is ${state.kind}`, id)
  if (state.outcome !== 'succeeded') {
    const openedBy =
      state.supersededBy === undefined ? `signalbox deploy ${track.environment.name}` : state.supersededBy
    return no(`${id} ${state.outcome}: ${state.reason ?? ''}`, openedBy)
  }
  return no(`${id} (${reason}) succeeded, and ${live?.release.version ?? 'nothing'} took its place since`, null)
}

function firstLine(reason: string | null): string {
  return (reason ?? '').split('\n')[0]?.replace(/:$/, '') ?? ''
}

function no(because: string, openedBy: string | null): Answer {
  return { live: false, because, openedBy }
}

function eventSentence({ id, ref, run, because, by }: AcceptedEvent): string {
  return run === null
    ? `${id}: ${ref} by ${by} started no run: ${because}`
    : `${id}: ${ref} by ${by} started ${run}: ${because}`
}

function runSentence({ id, state, outcome, reason }: Run): string {
  return state === 'finished' ? `${id} ${outcome}${reason === null ? '' : `: ${reason}`}` : `${id} is running`
}

function releaseSentence({ app, version, digest }: Release): string {
  return `${app} ${version} was built (${digest.slice(0, 12)})`
}
