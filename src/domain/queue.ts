import { type Deployment, isActive } from './deployment.ts'

/**
 * The order in which a track's queue goes: as the deployments were asked for. Whoever has waited as long as it may, and is to
 * go on then, stands in front.
 */
export function queueOf(open: readonly Deployment[]): readonly Deployment[] {
  const queued = open.filter(({ state }) => state.kind === 'queued').toSorted((a, b) => numberOf(a) - numberOf(b))
  return [...queued.filter(isPastItsLimit), ...queued.filter((each) => !isPastItsLimit(each))]
}

export interface Ahead {
  readonly active: string | null
  readonly ahead: readonly string[]
}

interface Standing {
  /** Not finished, on the track. */
  readonly open: readonly Deployment[]
  /** Whether one in the queue lets others pass: it is before nobody. */
  readonly standsAside: (queued: Deployment) => boolean
}

/** What is before this one on its own track: the one that moves, and those that go first. One that is not queued stands at the end. */
export function aheadOf({ id }: Pick<Deployment, 'id'>, { open, standsAside }: Standing): Ahead {
  const queue = queueOf(open)
  const mine = queue.findIndex((each) => each.id === id)
  const before = mine < 0 ? queue : queue.slice(0, mine)
  return {
    active: open.find(isActive)?.id ?? null,
    ahead: before.filter((each) => !standsAside(each)).map((each) => each.id),
  }
}

/** d42 → 42: the order in which deployments were asked for, everywhere. */
export function numberOf({ id }: Pick<Deployment, 'id'>): number {
  return Number(id.slice(1))
}

function isPastItsLimit({ wentWithoutTurn }: Deployment): boolean {
  return wentWithoutTurn === true
}
