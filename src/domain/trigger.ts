import { showDuration } from '../lib/duration.ts'
import { matchesBranch, matchesPaths } from './glob.ts'
import type { EnvironmentSpec, EnvironmentTriggers, ProjectSpec } from './spec.ts'

export interface RefChange {
  readonly ref: string
  readonly before: string | null
  readonly after: string | null
}

export type TriggerAnswer =
  | { readonly run: true; readonly because: string }
  | { readonly run: false; readonly because: string }

/** Whether a change of a ref starts a run, and in either case why. `changed` null = not known, every path counts. */
export function triggerOf(change: RefChange, spec: ProjectSpec, changed: readonly string[] | null): TriggerAnswer {
  const branch = branchOf(change.ref)
  const tag = tagOf(change.ref)
  if (tag !== null) return tagTrigger(tag, spec)
  if (branch === null) return no(`${change.ref} is neither a branch nor a tag`)
  const { push } = spec.triggers
  if (push === null) return no('signalbox.yml has no push trigger')
  if (!matchesBranch(push.branches, branch)) return no(`the push trigger does not name the branch ${branch}`)
  if (changed !== null && push.paths.length > 0 && !matchesPaths(push.paths, changed)) {
    return no('the push trigger leaves out every path that changed')
  }
  return { run: true, because: `push to ${branch}` }
}

export function branchOf(ref: string): string | null {
  return ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null
}

export function tagOf(ref: string): string | null {
  return ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : null
}

/** What is known of a release when one asks where it goes by itself. */
export interface DueInput {
  readonly spec: ProjectSpec
  readonly app: string
  /** Full names of the refs whose runs of this commit have succeeded. */
  readonly refs: readonly string[]
  /** Environments in which the release has succeeded already. */
  readonly succeededIn: readonly string[]
  /** Since when it has stood well in an environment without a break; nothing for one where it does not. */
  readonly wellSince: ReadonlyMap<string, number>
  readonly isPublished: boolean
  readonly now: number
}

export interface Due {
  readonly environment: EnvironmentSpec
  /** The refs that name it; none where it follows another environment, or its publication, only. */
  readonly refs: readonly string[]
  readonly isPublished: boolean
  readonly follows: boolean
}

export interface DueAnswer {
  readonly due: readonly Due[]
  /** When an environment becomes due by time alone; null = none will. */
  readonly lookAgainAt: number | null
}

/** Environments that a push to this ref names. */
export function environmentsNamed({ environments }: ProjectSpec, ref: string): readonly EnvironmentSpec[] {
  return environments.filter(({ triggers }) => isNamed(triggers, ref))
}

/** The environments a release goes to by itself: those whose trigger has fired and whose needs are met. */
export function environmentsDue(input: DueInput): DueAnswer {
  const { spec, app, refs, succeededIn, now } = input
  const possible = spec.environments
    .filter(({ apps, needs }) => apps.includes(app) && needs.every((name) => succeededIn.includes(name)))
    .map((environment) => ({
      environment,
      refs: refs.filter((ref) => isNamed(environment.triggers, ref)),
      isPublished: input.isPublished && environment.triggers.releasePublished,
      followsAt: followsAt(environment.triggers, input),
    }))
    .map((each) => ({ ...each, follows: (each.followsAt ?? Infinity) <= now }))
  const due = possible.filter((each) => each.refs.length > 0 || each.isPublished || each.follows)
  const later = possible.filter((each) => !due.includes(each)).flatMap((each) => each.followsAt ?? [])
  return { due, lookAgainAt: later.length === 0 ? null : Math.min(...later) }
}

/** From when on the release has done what the environment waits for in the others; null while nobody can say. */
function followsAt({ after }: EnvironmentTriggers, input: DueInput): number | null {
  const times = after.map((each) => readyAt(each, input))
  return times.length === 0 || times.includes(null) ? null : Math.max(...(times as number[]))
}

type After = EnvironmentTriggers['after'][number]

/** A deployment whose smoke steps fail does not succeed; one that had none to pass has passed none. */
function readyAt({ environment, verifiedForMs, smokePassed }: After, input: DueInput): number | null {
  if (!input.succeededIn.includes(environment)) return null
  if (smokePassed && !hasSmoke(input.spec, environment)) return null
  if (verifiedForMs === 0) return input.now
  const since = input.wellSince.get(environment)
  return since === undefined ? null : since + verifiedForMs
}

function hasSmoke({ environments }: ProjectSpec, name: string): boolean {
  return environments.some((each) => each.name === name && each.policies.smoke.length > 0)
}

/** What brings a release here without a person, in words; null when nothing does. */
export function comesBy({ triggers }: Pick<EnvironmentSpec, 'triggers'>): string | null {
  const { push, tags, releasePublished, after, schedules } = triggers
  const ways = [
    ...push.map((branch) => `when a run of ${branch} succeeds`),
    ...tags.map((tag) => `when a run of the tag ${tag} succeeds`),
    ...(releasePublished ? ['when it is published'] : []),
    ...after.map(inWords),
    ...(schedules.length > 0 ? ['when its timer ticks'] : []),
  ]
  return ways.length === 0 ? null : `it comes by itself ${ways.join(', or ')}`
}

function inWords({ environment, verifiedForMs, smokePassed }: After): string {
  const also = [
    ...(smokePassed ? ['its smoke steps have passed'] : []),
    ...(verifiedForMs > 0 ? [`it has stood well there for ${showDuration(verifiedForMs)}`] : []),
  ]
  return `after ${environment}${also.length === 0 ? '' : `, when ${also.join(' and ')}`}`
}

function isNamed({ push, tags }: EnvironmentTriggers, ref: string): boolean {
  const branch = branchOf(ref)
  const tag = tagOf(ref)
  return (branch !== null && matchesBranch(push, branch)) || (tag !== null && matchesBranch(tags, tag))
}

function tagTrigger(tag: string, { triggers }: ProjectSpec): TriggerAnswer {
  if (triggers.tags.length === 0) return no('signalbox.yml has no tag trigger')
  if (!matchesBranch(triggers.tags, tag)) return no(`the tag trigger does not name ${tag}`)
  return { run: true, because: `tag ${tag}` }
}

function no(because: string): TriggerAnswer {
  return { run: false, because }
}
