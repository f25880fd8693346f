import { type Change, changeOf } from '../domain/change.ts'
import { matchesPaths } from '../domain/glob.ts'
import type { ReleaseDraft } from '../domain/publication.ts'
import { Fault } from '../lib/fault.ts'
import { askForDraft } from './drafts.ts'
import type { Parts } from './parts.ts'
import type { RecordResult } from './perform-source.ts'

/** Commits looked through for notes, from the newest on. */
const longestLog = 500

interface Wanted {
  readonly project: string
  readonly app: string
  readonly head: string
}

/**
 * Reads what has changed since the newest publication. When somebody has published meanwhile, what was read tells of a
 * release that is out, so it is read anew: a draft never takes up again what was published.
 */
export async function drawUp(parts: Parts, wanted: Wanted): Promise<RecordResult> {
  const { project, app, head } = wanted
  const newest = parts.store.publications.newest(wanted)
  const since = newest === null ? null : { tag: newest.tag, commit: newest.release.commit }
  const changes = await changesSince(parts, { ...wanted, from: since?.commit ?? null })
  if (changes === null) return () => {} // A forced push has taken it away; the newer one asks for its own draft.
  return (tx) => {
    const { store } = tx.parts
    if (store.projects.get(project) === null) return
    if ((store.publications.newest(wanted)?.tag ?? null) !== (since?.tag ?? null)) return askForDraft(tx, wanted)
    const draft: ReleaseDraft = { project, app, since, head, ...changes, at: tx.at }
    store.drafts.save(draft)
  }
}

export interface ReadChanges {
  readonly changes: readonly Change[]
  readonly isCut: boolean
}

/** What touched the app, newest first. Null when the commit is gone; where only the beginning is gone, all of its history counts. */
export async function changesSince(
  parts: Parts,
  { project, app, head, from }: Wanted & { readonly from: string | null },
): Promise<ReadChanges | null> {
  try {
    const log = await parts.source.log(project, from, head, longestLog)
    const paths = pathsOf(parts, { project, app, head })
    const touching = log.filter((entry) => paths.length === 0 || matchesPaths(paths, entry.paths))
    return { changes: touching.map(changeOf), isCut: log.length === longestLog }
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'commit.missing') throw error
    return from === null ? null : await changesSince(parts, { project, app, head, from: null })
  }
}

function pathsOf({ store }: Parts, { project, app, head }: Wanted): readonly string[] {
  const spec = store.runs.spec(project, head) ?? store.runs.newestSpec(project)
  return spec?.apps.find(({ name }) => name === app)?.paths ?? []
}
