import type { Deployment, Ending, Progress } from './deployment.ts'
import { isRouted, type Step } from './rollout.ts'
import type { Instance, Live } from './track.ts'

/** Why a rollout that is broken off is not undone. */
export type Kept =
  /** It would put the same release, with the same variables, in place of itself. */
  | 'same'
  /** It would bring back what somebody went back from. */
  | 'rollback'

/**
 * Whether what serves when a rollout is broken off goes on serving, instead of what served before. A person who cancels
 * a rollback wants to be where he was; by itself a rollback is never rolled back.
 */
export function keptOf({ reason, release }: Deployment, { before, variables }: Progress, because: Ending): Kept | null {
  if (before === null) return null
  if (reason !== 'scale' && before.release.digest === release.digest && before.variables === variables) return 'same'
  const isCancelled = because.outcome === 'aborted' && because.supersededBy === undefined
  return reason === 'rollback' && !isCancelled ? 'rollback' : null
}

/** What is to serve from now on: what stands, and of the old as many as it takes to serve everybody. */
export function standing(now: Deployment, { before, instances, steps, at, variables }: Progress, kept: Kept): Live {
  const old = before?.instances ?? []
  const stays = standingIn(old, steps.slice(0, at), steps[at])
  const lacking = [...new Set(instances.map(({ process }) => process))].flatMap((process) => {
    const of = (all: readonly Instance[]) => all.filter((each) => each.process === process)
    const floor = Math.min(of(old).length, of(instances).length)
    const gone = of(old).filter((each) => !isIn(stays, each))
    return gone.slice(0, Math.max(floor - of(stays).length, 0))
  })
  const all = [...stays, ...lacking]
  // Of the same release it does not matter whose instances they are.
  const isOwn = before === null || (kept === 'rollback' && all.every(({ deployment }) => deployment === now.id))
  const owner = isOwn ? { deployment: now.id, release: now.release, variables } : before
  return { ...owner, instances: all }
}

/** Those who get visitors, and of the others those who were started and not yet taken away. */
function standingIn(old: readonly Instance[], done: readonly Step[], broken: Step | undefined): readonly Instance[] {
  const leaving = broken?.do === 'remove' || broken?.do === 'drain' ? [broken] : []
  const removed = [...done.filter((step) => step.do === 'remove'), ...leaving].flatMap(instancesOf)
  const placed = done.filter((step) => step.do === 'place').flatMap(instancesOf)
  const routed = done.findLast((step) => step.do === 'route')
  const reloaded = done.filter((step) => step.do === 'reload').flatMap(instancesOf)
  const asItRuns = (each: Instance) => reloaded.find(({ name }) => name === each.name) ?? each
  return [
    ...(routed === undefined ? old.filter(isRouted) : instancesOf(routed)).map(asItRuns),
    ...[...old, ...placed].filter((each) => !isRouted(each) && !isIn(removed, each)),
  ]
}

function instancesOf(step: Step): readonly Instance[] {
  return 'instances' in step ? step.instances : []
}

function isIn(all: readonly Instance[], { name }: Instance): boolean {
  return all.some((each) => each.name === name)
}
