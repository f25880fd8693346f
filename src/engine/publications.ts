import { notesOf } from '../domain/change.ts'
import type { Publication, ReleaseDraft } from '../domain/publication.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { appIn } from './context.ts'
import { findRelease, specNow } from './find.ts'
import { releaseToPublish } from './publishing.ts'

export type DraftReport = ReleaseDraft & {
  readonly notes: string
  /** What would be published; null, with the reason, when nothing can be. */
  readonly version: string | null
  readonly because: string | null
}

/** The drafts of a project's apps, or of one that must keep one. */
export function draftsOf(store: Store, project: string, app: string | null): readonly DraftReport[] {
  const spec = specNow(store, project)
  if (app !== null && appIn(spec, app).draftRelease === null) throw new Fault('draft.none', { details: { app } })
  const names = spec.apps.filter((each) => each.draftRelease !== null && (app ?? each.name) === each.name)
  return names.flatMap(({ name }) => {
    const draft = store.drafts.get(project, name)
    return draft === null ? [] : [{ ...draft, notes: notesOf(draft.changes), ...candidate(store, draft) }]
  })
}

function candidate(store: Store, draft: ReleaseDraft): Pick<DraftReport, 'version' | 'because'> {
  try {
    const release = releaseToPublish(store, draft)
    const known = store.publications.ofRelease(release)
    if (known === null) return { version: release.version, because: null }
    return { version: null, because: `${release.version} is published already, as ${known.tag}` }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { version: null, because: error.message }
  }
}

/** By any name of the release; the newest when none is given. Fault `publication.unknown`. */
export function findPublication(
  store: Store,
  place: { readonly project: string; readonly app: string },
  version: string | null,
): Publication {
  appIn(specNow(store, place.project), place.app)
  // A release whose archive is gone was published all the same.
  const id =
    version === null
      ? null
      : (store.releases.find(place.project, place.app, version)?.id ?? findRelease(store, place, version).id)
  const found = id === null ? store.publications.newest(place) : store.publications.ofRelease({ ...place, id })
  if (found === null)
    throw new Fault('publication.unknown', { details: { app: place.app, version: version ?? '(any)' } })
  return found
}
