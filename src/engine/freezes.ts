import type { Deployment } from '../domain/deployment.ts'
import { type Freeze, type FreezeOverride, type Frozen, frozenAt } from '../domain/freeze.ts'
import type { EnvironmentSpec } from '../domain/spec.ts'
import type { Store } from '../store/store.ts'

interface Frost {
  readonly project: string
  readonly environment: EnvironmentSpec
  readonly at: number
}

/** By people, by the release's own configuration, or by the newest one: whichever says so, nothing goes. */
export function frozenNow(store: Store, { project, environment, at }: Frost): Frozen | null {
  const place = { project, environment: environment.name }
  const newest = store.runs.newestSpec(project)?.environments.find(({ name }) => name === environment.name)
  const windows = [...environment.policies.freezes, ...(newest === environment ? [] : (newest?.policies.freezes ?? []))]
  return frozenAt(at, windows, store.freezes.list(place, at))
}

/** For this deployment alone, or for the environment for a while. */
export function overrideFor(
  store: Store,
  deployment: Deployment,
  environment: string,
  at: number,
): FreezeOverride | null {
  const own = store.overrides.of(deployment.id).find(({ gate }) => gate === 'freeze')
  if (own !== undefined) return { by: own.by, reason: own.reason, until: Number.MAX_SAFE_INTEGER }
  return store.freezes.overrideAt({ project: deployment.project, environment }, at)
}

/** For people: what keeps an environment frozen, what they have put up for now or later, and who lets things go all the same. */
export interface FreezeStatus {
  readonly now: Frozen | null
  readonly declared: readonly Freeze[]
  readonly override: FreezeOverride | null
}

interface Named {
  readonly project: string
  readonly environment: string
  readonly at: number
}

/** Null when there is nothing to tell. */
export function freezeStatus(store: Store, { project, environment, at }: Named): FreezeStatus | null {
  const place = { project, environment }
  const spec = store.runs.newestSpec(project)?.environments.find(({ name }) => name === environment)
  const declared = store.freezes.list(place, at)
  const now = frozenAt(at, spec?.policies.freezes ?? [], declared)
  const override = store.freezes.overrideAt(place, at)
  return now === null && declared.length === 0 && override === null ? null : { now, declared, override }
}
