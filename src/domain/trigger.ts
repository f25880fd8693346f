import { matchesBranch, matchesPaths } from './glob.ts'
import type { EnvironmentSpec, ProjectSpec } from './spec.ts'

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

export interface DueInput {
  readonly spec: ProjectSpec
  readonly app: string
  /** Full names of the refs whose runs of this commit have succeeded. */
  readonly refs: readonly string[]
  /** Environments in which the release has succeeded already. */
  readonly succeededIn: readonly string[]
}

export interface Due {
  readonly environment: EnvironmentSpec
  /** The refs that name it; none where it follows another environment only. */
  readonly refs: readonly string[]
}

/** The environments a release goes to by itself: those whose trigger has fired and whose needs are met. */
export function environmentsDue({ spec, app, refs, succeededIn }: DueInput): readonly Due[] {
  return spec.environments
    .filter(({ apps, needs }) => apps.includes(app) && needs.every((name) => succeededIn.includes(name)))
    .map((environment) => ({ environment, refs: refs.filter((ref) => isNamed(environment.triggers, ref)) }))
    .filter((due) => due.refs.length > 0 || follows(due.environment, succeededIn))
}

function follows({ triggers }: EnvironmentSpec, succeededIn: readonly string[]): boolean {
  return triggers.after.length > 0 && triggers.after.every(({ environment }) => succeededIn.includes(environment))
}

function isNamed({ push, tags }: EnvironmentSpec['triggers'], ref: string): boolean {
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
