import type { Versions } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import { versionCounts } from '../domain/versions.ts'
import { contextOf } from './context.ts'
import { findDeployment } from './find.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import type { Tx } from './tx.ts'

const lookMs = 10_000

/** Which version each instance runs after a deployment has ended, however it did: the target is asked, not the plan. */
export async function performVersions(parts: Parts, id: string, signal: AbortSignal): Promise<Versions> {
  const deployment = findDeployment(parts.store, id)
  const driver = parts.driver(contextOf(parts.store, deployment).environment.target)
  const limited = { clock: parts.clock, limitMs: lookMs, what: driver.name, signal }
  const seen = await withLimit(limited, (own) => driver.observe(deployment.track, own))
  parts.store.tracks.setObserved(deployment.track, { ...seen })
  const instances = Object.fromEntries(seen.instances.map(({ name, version }) => [name, version]))
  return { at: parts.time.now(), instances, problem: null }
}

/** The journal says what was seen, and a fleet of several versions stands out until it is uniform. */
export function noteVersions(tx: Tx, id: string, versions: Versions): void {
  const { store } = tx.parts
  const deployment = store.deployments.get(id)
  if (deployment === null || deployment.state.kind !== 'finished') return
  store.deployments.save({ ...deployment, versions })
  const { project, track } = deployment
  const mixed = mixedSentence(Object.values(versions.instances).map((version) => ({ version })))
  const data = { track, instances: versions.instances, problem: versions.problem, mixed }
  tx.fact({ kind: 'deployment.versions', project, subject: id, by: self, data })
}

/** `mixed versions: 2 of v1, 1 of v2`; null while there is but one. */
export function mixedSentence(instances: readonly { readonly version: string }[]): string | null {
  const kinds = new Set(instances.map(({ version }) => version))
  return kinds.size > 1 ? `mixed versions: ${versionCounts(instances)}` : null
}
