import type { Step } from '../rollout.ts'
import type { Instance } from '../track.ts'

/** What a deployment does to the instances of one process. */
export interface Change {
  /** Whether visitors are sent to them. */
  readonly routed: boolean
  readonly kept: readonly Instance[]
  readonly added: readonly Instance[]
  readonly leaving: readonly Instance[]
}

/** The order in which the old make room for the new. One file each, and a case in `wayOf`. */
export type Strategy = (change: Change) => Way

export interface Way {
  /** Before anything of any process makes room. */
  readonly beside: readonly Step[]
  /** In the turn of this process. */
  readonly instead: readonly Step[]
}

export function start(instances: readonly Instance[]): readonly Step[] {
  return instances.length === 0 ? [] : [{ do: 'place', instances }]
}

export function stop(instances: readonly Instance[]): readonly Step[] {
  return instances.length === 0 ? [] : [{ do: 'remove', instances }]
}

/** Those that have left the routing: in-flight zero, and only then the end. */
export function leaveRouted(instances: readonly Instance[]): readonly Step[] {
  return instances.length === 0 ? [] : [{ do: 'drain', instances }, ...stop(instances)]
}
