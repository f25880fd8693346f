import { never } from '../lib/never.ts'
import { type FactDraft, self } from './facts.ts'
import type { Outcome } from './outcome.ts'
import type { ReleaseRef } from './release.ts'
import type { Instance } from './track.ts'

/** A command in the context of what is live in an environment: asked for by a person, or by a schedule. */
export interface OneOffRun {
  readonly id: string
  readonly project: string
  readonly track: string
  /** What it runs in; while it waits for people, what is live is what they are asked about. */
  readonly release: ReleaseRef
  readonly variables: number
  readonly command: readonly string[]
  /** The app's name for it; null = its words were typed. */
  readonly name: string | null
  readonly destructive: boolean
  /** The app's way of only telling what it would do. */
  readonly dryRun: boolean
  readonly where: OneOffWhere
  /** The instances it runs on, one after another; none = once, beside them. */
  readonly instances: readonly Instance[]
  /** The time of the schedule that started it. */
  readonly tick: number | null
  readonly by: string
  readonly comment: string | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** `waiting` = for people; `started` = the target has been asked, or will be in its turn. */
  readonly state: 'waiting' | 'started' | 'finished'
  /** When it stops waiting for people. */
  readonly expiresAt: number | null
  readonly outcome: Outcome | null
  readonly reason: string | null
  /** Of the first instance on which it was not 0. */
  readonly exitCode: number | null
  readonly results: readonly OneOffResultOn[]
  readonly limitMs: number
  /** Of a console: the terminal that its person sits at. */
  readonly terminal?: OneOffTerminal
}

export interface OneOffTerminal {
  /** `xterm-256color`, for TERM. */
  readonly type: string
  readonly rows: number
  readonly columns: number
}

export type OneOffWhere =
  | { readonly kind: 'once' }
  | { readonly kind: 'instance'; readonly instance: string }
  /** Every instance of a process; null = of all processes. */
  | { readonly kind: 'all'; readonly process: string | null }

export interface OneOffResultOn {
  readonly instance: string
  readonly exitCode: number | null
  readonly reason: string | null
}

export interface OneOffEnding {
  readonly outcome: Outcome
  readonly reason: string | null
  readonly exitCode: number | null
  readonly results: readonly OneOffResultOn[]
}

/** What it runs in, as of the moment it starts. */
export type OneOffContext = Pick<OneOffRun, 'release' | 'variables' | 'instances'>

export type OneOffEvent =
  | { readonly type: 'approved'; readonly plan: string; readonly context: OneOffContext }
  | { readonly type: 'rejected'; readonly by: string; readonly reason: string }
  | { readonly type: 'cancelled'; readonly by: string }
  | { readonly type: 'deadline' }
  | { readonly type: 'ended'; readonly ending: OneOffEnding }

/** `end_one_off` ends what a cancelled one has left running. */
export interface OneOffCommand {
  readonly do: 'one_off' | 'end_one_off'
  readonly oneOff: string
}

export interface OneOffDecision {
  readonly oneOff: OneOffRun
  readonly commands: readonly OneOffCommand[]
  readonly facts: readonly FactDraft[]
}

/** Total: an event that does not apply changes nothing. */
export function decideOneOff(now: OneOffRun, event: OneOffEvent, at: number): OneOffDecision {
  if (now.state === 'finished') return stay(now)
  switch (event.type) {
    case 'approved':
      return now.state === 'waiting' ? start({ ...now, ...event.context }, at) : stay(now)
    case 'rejected':
      return now.state === 'waiting' ? abort(now, `rejected by ${event.by}: ${event.reason}`, at) : stay(now)
    case 'cancelled':
      return abort(now, `cancelled by ${event.by}`, at)
    case 'deadline':
      return now.state === 'waiting' ? abort(now, 'nobody approved it in time', at) : stay(now)
    case 'ended':
      return now.state === 'started' ? finish(now, event.ending, at) : stay(now)
    default:
      return never(event)
  }
}

/** Sends it on its way. Everything about it is in what the target is then asked. */
export function start(now: OneOffRun, at: number): OneOffDecision {
  const oneOff: OneOffRun = { ...now, state: 'started', startedAt: at, expiresAt: null }
  const instances = now.instances.map(({ name }) => name)
  return {
    oneOff,
    commands: [{ do: 'one_off', oneOff: now.id }],
    facts: [fact(now, 'one_off.started', { release: now.release, variables: now.variables, instances })],
  }
}

/** What people say yes to, by its hash. It holds what they must be asked about again when it moves. */
export interface OneOffPlan {
  readonly track: string
  readonly release: Pick<ReleaseRef, 'version' | 'commit' | 'digest'>
  readonly variables: number
  readonly name: string | null
  readonly command: readonly string[]
  readonly destructive: boolean
  readonly instances: readonly string[]
  readonly limitMs: number
  /** Somebody will sit at it, and nobody knows yet what they will type. */
  readonly console?: true
}

/** What its plan is made of, beside what it runs in. */
export type Planned = Pick<OneOffRun, 'track' | 'name' | 'command' | 'destructive' | 'limitMs' | 'terminal'>

export function planOfOneOff(oneOff: Planned, context: OneOffContext): OneOffPlan {
  const { version, commit, digest } = context.release
  const { track, name, command, destructive, limitMs } = oneOff
  return {
    ...{ track, name, command, destructive, limitMs },
    release: { version, commit, digest },
    variables: context.variables,
    instances: context.instances.map((instance) => instance.name),
    ...(oneOff.terminal && { console: true }),
  }
}

/** What moved between two plans, in words. */
export function movedInOneOff(before: OneOffPlan, after: OneOffPlan): readonly string[] {
  const shown: readonly [string, (plan: OneOffPlan) => string][] = [
    ['release', ({ release }) => release.version],
    ['variables', ({ variables }) => `version ${variables}`],
    ['instances', ({ instances }) => (instances.length === 0 ? 'none' : instances.join(' '))],
  ]
  return shown
    .filter(([, show]) => show(before) !== show(after))
    .map(([what, show]) => `${what}: ${show(before)} → ${show(after)}`)
}

/** The first result that is not good speaks for all of them. */
export function endingOf(results: readonly (OneOffResultOn & { readonly outcome: Outcome })[]): OneOffEnding {
  const bad = results.find(({ outcome }) => outcome !== 'succeeded')
  const told = results.map(({ instance, exitCode, reason }) => ({ instance, exitCode, reason }))
  if (bad === undefined) return { outcome: 'succeeded', reason: null, exitCode: 0, results: told }
  const { outcome, reason, exitCode, instance } = bad
  return { outcome, reason: results.length === 1 ? reason : `${instance}: ${reason}`, exitCode, results: told }
}

function abort(now: OneOffRun, reason: string, at: number): OneOffDecision {
  const ended = finish(now, { outcome: 'aborted', reason, exitCode: null, results: now.results }, at)
  return now.state === 'started' ? { ...ended, commands: [{ do: 'end_one_off', oneOff: now.id }] } : ended
}

function finish(now: OneOffRun, ending: OneOffEnding, at: number): OneOffDecision {
  const oneOff: OneOffRun = { ...now, ...ending, state: 'finished', finishedAt: at, expiresAt: null }
  return { oneOff, commands: [], facts: [fact(now, 'one_off.finished', { ...ending })] }
}

function fact(now: OneOffRun, kind: string, data: Record<string, unknown>): FactDraft {
  const what = { track: now.track, name: now.name, tick: now.tick, ...(now.terminal && { console: true }) }
  return { kind, project: now.project, subject: now.id, by: self, data: { ...what, ...data } }
}

function stay(now: OneOffRun): OneOffDecision {
  return { oneOff: now, commands: [], facts: [] }
}
