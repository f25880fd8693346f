import type { ReleaseRef } from './release.ts'

/** One app in one environment: the stretch of line on which at most one deployment is active. */
export interface Track {
  /** `project/app/environment` */
  readonly id: string
  readonly project: string
  readonly app: string
  readonly environment: string
  /** What the last successful deployment left serving; the reconciler keeps the target so. */
  readonly live: Live | null
}

export interface Live {
  readonly deployment: string
  readonly release: ReleaseRef
  /** Version of the environment's variables that the instances were started with. */
  readonly variables: number
  readonly instances: readonly Instance[]
}

/** One copy of one process, by name. The name comes from the deployment that started it. */
export interface Instance {
  readonly name: string
  readonly deployment: string
  readonly process: string
  readonly release: ReleaseRef
  readonly variables: number
  /** What its process was started with, as a hash, where another release can be put under a process that goes on. */
  readonly startedWith?: string | undefined
}

export function trackId(project: string, app: string, environment: string): string {
  return `${project}/${app}/${environment}`
}

/** `d42-web-1`: the same deployment always gives the same names, so that starting twice is starting once. */
export function instanceName(deployment: string, process: string, index: number): string {
  return `${deployment}-${process}-${index}`
}
