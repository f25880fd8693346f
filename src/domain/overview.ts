import type { DeploymentReason, DeploymentState } from './deployment.ts'
import type { Outcome } from './outcome.ts'
import type { ReleaseRef } from './release.ts'

/** The newest deployment of a track that began or ended, without what only its own page tells. */
export interface Attempt {
  readonly deployment: string
  readonly release: ReleaseRef
  readonly title: string
  readonly reason: DeploymentReason
  readonly by: string
  readonly at: number
  readonly state: DeploymentState['kind']
  readonly outcome: Outcome | null
  readonly because: string | null
  readonly rolledBack: boolean
  /** How far its rollout is. */
  readonly step: { readonly at: number; readonly of: number } | null
}

/** The first that is true of it: what people should know of a track before anything else. */
export type Mark = 'failing' | 'waiting' | 'moving' | 'queued' | 'well' | 'empty'

interface Looked {
  readonly live: { readonly deployment: string } | null
  readonly attempted: Pick<Attempt, 'deployment' | 'state' | 'outcome'> | null
  readonly finding: string | null
  readonly mixed: string | null
  readonly waiting: readonly unknown[]
  readonly queued: number
}

export function markOf({ live, attempted, finding, mixed, waiting, queued }: Looked): Mark {
  const hasFailed = attempted?.outcome === 'failed' || attempted?.outcome === 'errored'
  const isMoving = attempted?.state === 'rolling'
  if (hasFailed || attempted?.state === 'reverting' || finding !== null || (mixed !== null && !isMoving))
    return 'failing'
  if (waiting.length > 0) return 'waiting'
  if (isMoving) return 'moving'
  if (queued > 0) return 'queued'
  return live === null ? 'empty' : 'well'
}

const order: readonly Mark[] = ['failing', 'waiting', 'moving', 'queued', 'well', 'empty']

/** The one that matters most. */
export function worstOf(marks: readonly Mark[]): Mark {
  return order.find((mark) => marks.includes(mark)) ?? 'empty'
}

/** Trouble first, then what waits for people, then the rest by name: what moves by itself does not jump about. */
export function byUrgency(one: Urgent, other: Urgent): number {
  return urgency(one.mark) - urgency(other.mark) || (one.name < other.name ? -1 : 1)
}

interface Urgent {
  readonly name: string
  readonly mark: Mark
}

function urgency(mark: Mark): number {
  return mark === 'failing' ? 0 : mark === 'waiting' ? 1 : 2
}

/** How many instances there are of each version, the most first. */
export function versionsOf(
  instances: readonly { readonly version: string; readonly state: string }[],
): readonly { readonly version: string; readonly instances: number; readonly healthy: number }[] {
  const versions = [...new Set(instances.map(({ version }) => version))]
  return versions
    .map((version) => {
      const these = instances.filter((each) => each.version === version)
      return { version, instances: these.length, healthy: these.filter(({ state }) => state === 'healthy').length }
    })
    .sort((one, other) => other.instances - one.instances)
}
