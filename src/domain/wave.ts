import { isProtected } from './contract.ts'
import type { Deployment } from './deployment.ts'
import type { EnvironmentSpec, ProjectSpec } from './spec.ts'

/** Environments that wait for the same others are one wave: they go side by side. */
export function waveOf({ environments }: ProjectSpec, { needs }: EnvironmentSpec): readonly EnvironmentSpec[] {
  return environments.filter((each) => isSameSet(each.needs, needs))
}

/** How many environments one after the other lead here; the first are 1. What needs an unknown one, or itself, is in no order. */
export function waveNumber(spec: ProjectSpec, name: string, trail: readonly string[] = []): number {
  const found = spec.environments.find((each) => each.name === name)
  if (found === undefined || trail.includes(name)) return 0
  return 1 + Math.max(0, ...found.needs.map((need) => waveNumber(spec, need, [...trail, name])))
}

/** The environments that count as production: those that are protected; where none is, the last wave. */
export function productionOf(spec: ProjectSpec): readonly EnvironmentSpec[] {
  const guarded = spec.environments.filter(isProtected)
  if (guarded.length > 0) return guarded
  const numbers = spec.environments.map(({ name }) => waveNumber(spec, name))
  return spec.environments.filter((_, index) => numbers[index] === Math.max(...numbers))
}

/** A promotion that had begun: one that was refused has moved nothing, and says nothing about the others. */
export function hasFailed({ reason, startedAt, state }: Deployment): boolean {
  const isOver = state.kind === 'finished' && (state.outcome === 'failed' || state.outcome === 'errored')
  return isOver && reason === 'promote' && startedAt !== null
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}
