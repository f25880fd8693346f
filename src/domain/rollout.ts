import type { ReleaseRef } from './release.ts'
import { beforeTheFirstStart, type Migrating, migrationSteps } from './rollout-migrations.ts'
import type { PolicySpec, ProcessSpec, StrategySpec } from './spec.ts'
import { leaveRouted, type Strategy, type Way } from './strategies/change.ts'
import { immutable } from './strategies/immutable.ts'
import { type Reloading, reload } from './strategies/reload.ts'
import { startFirst } from './strategies/start-first.ts'
import { stopStart } from './strategies/stop-start.ts'
import { type Instance, instanceName, type Live } from './track.ts'
import { type TrialStep, trialSteps } from './trial.ts'

/**
 * One call on a target, as data. The steps of a rollout are worked out once, stored, and performed one at a time;
 * between two steps everything needed to go on is in the store.
 */
export type Step =
  | { readonly do: 'measure'; readonly window: 'open' | 'close' }
  | { readonly do: 'prepare' }
  /** Static files go to where those of all releases are. */
  | { readonly do: 'share' }
  /** Looks for what is pending. `approved`: what people said yes to, and how long they are asked again for when it is another. */
  | {
      readonly do: 'survey'
      readonly approved: { readonly pending: readonly string[]; readonly expiresMs: number } | null
    }
  | { readonly do: 'backup' }
  /** `lock`: what other migrations share with it, or null; `isLate`: when visitors are on the new release already. */
  | { readonly do: 'migrate'; readonly lock: string | null; readonly isLate: boolean }
  | { readonly do: 'place'; readonly instances: readonly Instance[] }
  /** The instances of these names take up this release; their processes go on. */
  | { readonly do: 'reload'; readonly instances: readonly Instance[] }
  | { readonly do: 'route'; readonly instances: readonly Instance[] }
  | { readonly do: 'drain'; readonly instances: readonly Instance[] }
  | { readonly do: 'remove'; readonly instances: readonly Instance[] }
  | TrialStep

export interface RolloutInput {
  readonly deployment: string
  readonly release: ReleaseRef
  readonly variables: number
  /** Processes with the number of instances wanted here. */
  readonly processes: readonly ProcessSpec[]
  readonly live: Live | null
  readonly policies: Pick<PolicySpec, 'strategy' | 'processOrder' | 'migrations' | 'smoke' | 'bakeMs' | 'breaker'>
  /** Where visitors reach it. */
  readonly url: string
  readonly hasMigrations: boolean
  /** Files the edge answers by itself: `all` there is for visitors, or beside the app; and whether releases share them. */
  readonly files: { readonly isAll: boolean; readonly isShared: boolean } | null
  /** How it migrates, where it does. */
  readonly migrating?: Migrating
  /** By process: what an instance of this release is started with, as a hash; where processes go on under another release. */
  readonly startedWith?: Readonly<Record<string, string>>
  /** A change of counts only: what runs stays, apart from what is too many. */
  readonly keepRunning: boolean
}

export interface Rollout {
  readonly steps: readonly Step[]
  /** What is to run when all steps are done. */
  readonly instances: readonly Instance[]
}

const routedProcess = 'web'

const opening: Step = { do: 'measure', window: 'open' }

/** The way from what is live to the new release, batch by batch; routed processes first, unless the policy orders otherwise. */
export function planRollout(input: RolloutInput): Rollout {
  const before = input.live?.instances ?? []
  const plans = inOrder(input).map((process) => replaceProcess(process, input, before))
  const gone = before.filter(({ process }) => !input.processes.some(({ name }) => name === process))
  const instances = plans.flatMap((plan) => plan.instances)
  const migration = migrationSteps(input)
  const changes = [
    ...plans.flatMap((plan) => plan.way.beside),
    ...plans.flatMap((plan) => plan.way.instead),
    ...leave(gone, instances.filter(isRouted)),
  ]
  // Before anything is counted: what is found may send it back to people.
  const readying: readonly Step[] = [{ do: 'prepare' }, ...migration.look]
  return {
    instances,
    steps: [
      ...inSeries(input.live === null ? [] : [opening], readying, migration.look.length > 0),
      ...(input.files?.isShared && !input.keepRunning ? [{ do: 'share' } as const] : []),
      ...migration.first,
      ...beforeTheFirstStart(changes, migration.atStart),
      // Files need no instance, but the edge has to be told of them.
      ...(input.files?.isAll ? [{ do: 'route', instances: [] } as const] : []),
      // Where nothing was live there was nothing to drop: what counts begins when visitors are let in.
      ...(input.live === null ? [opening] : []),
      { do: 'verify', instances },
      // More instances of what has stood its trial are not tried again.
      ...(input.keepRunning ? [] : trialSteps(input, instances)),
      ...migration.late,
      { do: 'measure', window: 'close' },
    ],
  }
}

/** Only the migrations of a release; what serves stays as it is. */
export function planMigration(input: RolloutInput): Rollout {
  const { look, first, atStart, late } = migrationSteps({
    ...input,
    policies: { ...input.policies, migrations: 'before' },
  })
  const steps = [{ do: 'prepare' } as const, ...look, ...first, ...atStart, ...late]
  return { steps, instances: input.live?.instances ?? [] }
}

function inSeries(opened: readonly Step[], readying: readonly Step[], isReadyFirst: boolean): readonly Step[] {
  return isReadyFirst ? [...readying, ...opened] : [...opened, ...readying]
}

/**
 * The way back to what was live, from wherever the rollout stopped, `begun` being its steps up to that one: every step is
 * "make it so", so what had not been touched costs a look and nothing else.
 */
export function planRevert(
  live: Live | null,
  begun: readonly Step[],
  /** What served when the rollout began, where that is not what is to serve in the end. */
  was: readonly Instance[] = [],
): readonly Step[] {
  const before = live?.instances ?? []
  const added = [...createdBy(begun), ...was].filter(({ name }) => !before.some((old) => old.name === name))
  const unrouted = added.filter((instance) => !isRouted(instance))
  const routed = added.filter(isRouted)
  const neverBoth = routed.length > 0 && stopsFirst(begun, before)
  const isReloaded = ({ name }: Instance) =>
    begun.some((step) => step.do === 'reload' && step.instances.some((each) => each.name === name))
  const untouched = before.filter((instance) => !isReloaded(instance))
  return [
    // Processes without visitors go first: a new singleton must be gone before the old one is back.
    ...(unrouted.length > 0 ? [{ do: 'remove', instances: unrouted } as const] : []),
    ...(neverBoth ? [{ do: 'route', instances: [] } as const, ...leaveRouted(routed)] : []),
    ...(untouched.length > 0 ? [{ do: 'place', instances: untouched } as const] : []),
    ...before.filter(isReloaded).map((instance) => ({ do: 'reload', instances: [instance] }) as const),
    { do: 'route', instances: before.filter(isRouted) },
    ...(neverBoth ? [] : leaveRouted(routed)),
    { do: 'verify', instances: before },
    { do: 'measure', window: 'close' },
  ]
}

/** Every instance these steps may have started. */
function createdBy(steps: readonly Step[]): readonly Instance[] {
  return steps.flatMap((step) => (step.do === 'place' ? step.instances : []))
}

/** Whether what served before was taken away before anything of the new was started. */
function stopsFirst(steps: readonly Step[], before: readonly Instance[]): boolean {
  const isOld = ({ name }: Instance) => before.some((old) => old.name === name)
  const first = steps.find(({ do: what, ...step }) => {
    const instances = 'instances' in step ? step.instances.filter(isRouted) : []
    return (what === 'remove' && instances.some(isOld)) || (what === 'place' && instances.length > 0)
  })
  return first?.do === 'remove'
}

export function isRouted(instance: Pick<Instance, 'process'>): boolean {
  return instance.process === routedProcess
}

interface ProcessPlan {
  readonly instances: readonly Instance[]
  readonly way: Way
}

function inOrder(input: RolloutInput): readonly ProcessSpec[] {
  const order = input.policies.processOrder.length > 0 ? input.policies.processOrder : [routedProcess]
  const rank = ({ name }: ProcessSpec) => (order.includes(name) ? order.indexOf(name) : order.length)
  return [...input.processes].sort((a, b) => rank(a) - rank(b))
}

function replaceProcess(process: ProcessSpec, input: RolloutInput, before: readonly Instance[]): ProcessPlan {
  const old = before.filter((instance) => instance.process === process.name)
  const kept = input.keepRunning ? old.slice(0, process.instances) : []
  const moved = input.keepRunning ? [] : reloadable(process, input, old)
  const added = freshInstances(process, input, process.instances - kept.length - moved.length)
  const stays = [...kept, ...moved]
  const leaving = old.filter(({ name }) => !stays.some((each) => each.name === name))
  const change = { routed: process.name === routedProcess, kept, added, leaving }
  const reloading = { reloaded: moved, trial: process.singleton ? null : trialOf(process, input) }
  const way = wayOf(process, input.policies.strategy, reloading)(change)
  return { instances: [...stays, ...added], way }
}

/** Those that may go on, as they are under the new release. Put in place of itself, a release is meant to start anew. */
function reloadable(process: ProcessSpec, input: RolloutInput, old: readonly Instance[]): readonly Instance[] {
  const { deployment, release } = input
  const startedWith = input.startedWith?.[process.name]
  return old
    .filter((each) => startedWith !== undefined && each.startedWith === startedWith)
    .filter((each) => each.release.digest !== release.digest)
    .slice(0, process.instances)
    .map((each) => ({ ...each, deployment, release }))
}

function trialOf(process: ProcessSpec, input: RolloutInput): Instance {
  const [trial] = freshInstances(process, input, 1, process.instances)
  return trial as Instance
}

/** Whatever the policy says, a singleton never runs twice. */
function wayOf({ singleton }: ProcessSpec, strategy: StrategySpec, reloading: Reloading): Strategy {
  if (reloading.reloaded.length > 0) return reload(reloading)
  if (singleton) return stopStart
  switch (strategy.kind) {
    case 'start_first':
      return startFirst(strategy.batch)
    case 'stop_start':
      return stopStart
    case 'immutable':
      return immutable
    case 'reload':
      return startFirst(Number.POSITIVE_INFINITY)
  }
}

/** Processes the new release no longer has. */
function leave(gone: readonly Instance[], stillRouted: readonly Instance[]): readonly Step[] {
  const routed = gone.filter(isRouted)
  const rest = gone.filter((instance) => !isRouted(instance))
  return [
    ...(routed.length > 0 ? [{ do: 'route', instances: stillRouted } as const, ...leaveRouted(routed)] : []),
    ...(rest.length > 0 ? [{ do: 'remove', instances: rest } as const] : []),
  ]
}

function freshInstances(process: ProcessSpec, input: RolloutInput, count: number, from = 0): readonly Instance[] {
  const startedWith = input.startedWith?.[process.name]
  return Array.from({ length: Math.max(count, 0) }, (_, index) => ({
    name: instanceName(input.deployment, process.name, from + index + 1),
    deployment: input.deployment,
    process: process.name,
    release: input.release,
    variables: input.variables,
    ...(startedWith !== undefined && { startedWith }),
  }))
}
