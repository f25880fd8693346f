import type { TrafficSliceView } from '../../api/views.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { slicesOf } from '../../domain/traffic-slices.ts'
import type { Store } from '../../store/store.ts'

/** What visitors got while a deployment moved, with the names that people have for releases. */
export function trafficViews(store: Store, deployment: Deployment): readonly TrafficSliceView[] {
  const slices = slicesOf(store.trafficSamples.of(deployment.id))
  const digests = new Set(slices.flatMap(({ byRelease }) => byRelease.map(({ digest }) => digest)))
  const versions = new Map([...digests].map((digest) => [digest, versionOf(store, deployment, digest)]))
  return slices.map(({ byRelease, ...slice }) => ({
    ...slice,
    byRelease: byRelease.map(({ digest, ...counts }) => ({ version: versions.get(digest) ?? null, ...counts })),
  }))
}

/** Null: no release answered, or one that nobody knows any more. */
function versionOf(store: Store, { project, track, release, replaces }: Deployment, digest: string): string | null {
  const own = [release, replaces].find((each) => each?.digest === digest)
  if (own !== undefined && own !== null) return own.version
  const app = store.tracks.get(track)?.app ?? ''
  return store.releases.ofDigest({ project, app }, digest)?.version ?? null
}
