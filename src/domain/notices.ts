import { showDuration } from '../lib/duration.ts'
import type { Deployment } from './deployment.ts'
import type { Expected } from './expectation.ts'
import { type Fact, self } from './facts.ts'
import type { Notice, NoticeEvent } from './notice.ts'
import type { Outcome } from './outcome.ts'
import type { Run } from './run.ts'

/** What is known of the deployment or run that a fact is about. */
export interface About {
  readonly deployment: Deployment | null
  /** First line of the commit that the deployment brings. */
  readonly title: string | null
  readonly run: Run | null
  /** Which try of the run it is, from 1. */
  readonly attempt: number
  /** Environments that the run's ref is to reach. */
  readonly reaches: readonly string[]
}

type Teller = (fact: Fact, about: About) => Notice | null

/** What there is to tell of a fact; of all others nothing, and never of what became of a notice. */
const tellers: Readonly<Record<string, Teller>> = {
  'run.accepted': runHeld,
  'run.finished': runFailed,
  'run.fell_short': fellShort,
  'deployment.requested': approvalNeeded,
  'deployment.approval_void': approvalNeeded,
  'deployment.started': (fact, about) => (fact.data.prepares === false ? started(about) : null),
  'deployment.prepare': (_fact, about) => started(about),
  'deployment.finished': finished,
}

/** Whether there may be something to tell of facts of this kind. */
export function isTold({ kind }: Pick<Fact, 'kind'>): boolean {
  return Object.hasOwn(tellers, kind)
}

export function noticeOf(fact: Fact, about: About): Notice | null {
  return isTold(fact) ? (tellers[fact.kind]?.(fact, about) ?? null) : null
}

/** A proposal from outside, which nothing of is run before somebody has looked at it. */
function runHeld(_fact: Fact, { run }: About): Notice | null {
  if (run?.proposal?.isHeld !== true) return null
  const { topic, branch } = run.proposal
  return {
    events: ['approval_needed'],
    environments: [],
    message: {
      ...ofRun(run),
      title: `${run.project}: ${run.id} waits for approval: ${topic} for ${branch}`,
      lines: [commitLine(run), `signalbox approve ${run.id}`],
    },
  }
}

function runFailed(fact: Fact, { run, attempt, reaches }: About): Notice | null {
  const { outcome, reason } = fact.data as { outcome: Outcome; reason: string | null }
  if (run === null || (outcome !== 'failed' && outcome !== 'errored')) return null
  return {
    events: ['run_failed'],
    environments: reaches,
    message: {
      ...ofRun(run),
      title: `${run.project}: ${run.id} ${outcome} on ${run.branch ?? run.ref}${attempt > 1 ? `, attempt ${attempt}` : ''}`,
      lines: [commitLine(run), `attempt ${attempt} of ${run.id}, branch ${run.branch ?? run.ref}`, ...linesOf(reason)],
    },
  }
}

function fellShort(fact: Fact, { run, attempt }: About): Notice | null {
  if (run === null) return null
  const { missed, came } = fact.data as { missed: readonly Expected[]; came: readonly Expected[] }
  const place = ({ app, environment, because }: Expected) => `${app} in ${environment}: ${because}`
  return {
    events: ['unexpected_outcome'],
    environments: [...new Set(missed.map(({ environment }) => environment))],
    message: {
      ...ofRun(run),
      title: `${run.project}: ${run.id} on ${run.branch ?? run.ref} did not bring about all it should have`,
      lines: [
        commitLine(run),
        ...missed.map((each) => `missed: ${place(each)}`),
        ...came.map((each) => `as expected: ${place(each)}`),
        `attempt ${attempt} of ${run.id}`,
      ],
    },
  }
}

function approvalNeeded({ kind, data }: Fact, about: About): Notice | null {
  if (kind === 'deployment.requested' && data.state !== 'waiting') return null
  const moved = (data.moved ?? []) as readonly string[]
  return notice(about, ['approval_needed'], ({ id, version, place }) => ({
    title: `${version} waits for approval to go to ${place}`,
    lines: [...moved.map((what) => `moved since it was approved: ${what}`), `signalbox approve ${id}`],
  }))
}

/** Told when the release has been found whole and lies where it is to run: there is nothing to announce before. */
function started(about: About): Notice | null {
  return notice(about, ['deployment_started'], ({ version, place }) => ({ title: `${version} → ${place}: started` }))
}

function finished({ data }: Fact, about: About): Notice | null {
  const end = data as unknown as End
  if (end.expired === 'approval') return expired(about)
  if (end.supersededBy !== undefined) return superseded(about, end.supersededBy)
  if (end.outcome === 'succeeded') return succeeded(about, end)
  if (end.rolledBack === true) return wentBack(about, end)
  return end.outcome === 'aborted' ? null : failed(about, end)
}

interface End {
  readonly outcome: Outcome
  readonly reason: string | null
  readonly rolledBack?: boolean
  readonly requests?: string | null
  readonly totalMs?: number
  readonly supersededBy?: string
  readonly expired?: string
}

function succeeded(about: About, { requests, totalMs }: End): Notice | null {
  const isReturn = about.deployment?.reason === 'rollback'
  const events: readonly NoticeEvent[] = isReturn
    ? ['deployment_rolled_back', 'deployment_succeeded']
    : ['deployment_succeeded']
  return notice(about, events, ({ version, place }) => ({
    title: isReturn ? `${place} went back to ${version}` : `${version} is live in ${place}`,
    lines: [
      ...(totalMs === undefined ? [] : [`took ${showDuration(Math.max(1000, Math.round(totalMs / 1000) * 1000))}`]),
      ...linesOf(requests ?? null),
    ],
  }))
}

function wentBack(about: About, { outcome, reason, requests }: End): Notice | null {
  const events: readonly NoticeEvent[] =
    outcome === 'aborted' ? ['deployment_rolled_back'] : ['deployment_rolled_back', 'deployment_failed']
  return notice(about, events, ({ version, place }) => ({
    title: `${version} ${outcome} in ${place} and was rolled back`,
    lines: [...linesOf(reason), 'what served before serves again', ...linesOf(requests ?? null)],
  }))
}

function failed(about: About, { outcome, reason }: End): Notice | null {
  return notice(about, ['deployment_failed'], ({ version, place }) => ({
    title: `${version} ${outcome} on its way to ${place}`,
    lines: linesOf(reason),
  }))
}

function superseded(about: About, by: string): Notice | null {
  return notice(about, ['deployment_superseded'], ({ version, place, askedBy }) => ({
    title: `${version} does not go to ${place}: ${by} takes its place`,
    lines: [`${askedBy} had asked for it`],
  }))
}

function expired(about: About): Notice | null {
  return notice(about, ['approval_expired'], ({ version, place }) => ({
    title: `${version} does not go to ${place}: nobody approved it in time`,
  }))
}

interface Words {
  readonly id: string
  /** `shop 4f2a91c` */
  readonly version: string
  readonly place: string
  readonly askedBy: string
}

interface Told {
  readonly title: string
  readonly lines?: readonly string[]
}

function notice(
  { deployment, title }: About,
  events: readonly NoticeEvent[],
  tell: (words: Words) => Told,
): Notice | null {
  if (deployment === null) return null
  const { id, project, track, release, by, reason, comment } = deployment
  const [, app = '', environment = ''] = track.split('/')
  const told = tell({ id, version: `${app} ${release.version}`, place: environment, askedBy: by })
  return {
    events,
    environments: [environment],
    message: {
      ...{ project, app, environment, subject: id, people: by === self ? [] : [by] },
      title: told.title,
      lines: [
        ...(title === null ? [] : [`${release.commit.slice(0, 7)} ${title}`]),
        `${id}, ${reason}, asked for by ${by}${comment === null ? '' : `: ${comment}`}`,
        ...(told.lines ?? []),
      ].map(short),
    },
  }
}

function ofRun({ project, id, by }: Run) {
  return { project, app: null, environment: null, subject: id, people: [by] }
}

function commitLine({ commit, title, by }: Run): string {
  return short(`${commit.slice(0, 7)} ${title}, by ${by}`)
}

const mostLines = 12
const mostLetters = 400

/** The beginning of it: whoever wants all of it follows the link. */
function linesOf(text: string | null): readonly string[] {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '')
  return [...lines.slice(0, mostLines).map(short), ...(lines.length > mostLines ? ['…'] : [])]
}

function short(line: string): string {
  return line.length > mostLetters ? `${line.slice(0, mostLetters)}…` : line
}
