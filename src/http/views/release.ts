import type { ReleaseView } from '../../api/views.ts'
import type { ReleaseRef } from '../../domain/release.ts'
import type { StoredRelease } from '../../store/releases.ts'

export function releaseView(release: StoredRelease, liveIn: readonly string[]): ReleaseView {
  const { id, project, app, commit, version, digest, bytes, run, title, createdAt, discardedAt } = release
  return { id, project, app, commit, version, digest, bytes, run, title, createdAt, discardedAt, liveIn }
}

export function refView({ id, version, commit, digest }: ReleaseRef): ReleaseRef {
  return { id, version, commit, digest }
}
