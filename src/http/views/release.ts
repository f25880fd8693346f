import type { ReleaseView } from '../../api/views.ts'
import type { ReleaseRef } from '../../domain/release.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'

export function releaseView(store: Store, release: StoredRelease): ReleaseView {
  const { id, project, app, commit, version, digest, bytes, run, title, createdAt, discardedAt } = release
  return {
    ...{ id, project, app, commit, version, digest, bytes, run, title, createdAt, discardedAt },
    liveIn: liveIn(store, release),
    aliases: store.aliases.of(id),
    tag: store.publications.ofRelease(release)?.tag ?? null,
  }
}

/** What is scaled to nothing is live nowhere. */
function liveIn(store: Store, { id, project }: StoredRelease): readonly string[] {
  return store.tracks
    .list(project)
    .filter(({ live }) => live !== null && live.instances.length > 0 && live.release.id === id)
    .map(({ environment }) => environment)
}

export function refView({ id, version, commit, digest }: ReleaseRef): ReleaseRef {
  return { id, version, commit, digest }
}
