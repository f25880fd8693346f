import { notesOf } from '../../domain/change.ts'
import { changelogPath, changelogText, type Publication, publicationTime } from '../../domain/publication.ts'
import { refOf } from '../../domain/release.ts'
import { Fault } from '../../lib/fault.ts'
import type { StoredRelease } from '../../store/releases.ts'
import { appIn } from '../context.ts'
import { changesSince } from '../drafting.ts'
import { askForDraft } from '../drafts.ts'
import { findRelease, specNow } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { findPublication } from '../publications.ts'
import { listening, mustBeVerified, releaseToPublish } from '../publishing.ts'
import type { Tx } from '../tx.ts'
import type { Asked, Work } from './work.ts'

export interface AppPlace {
  readonly project: string
  readonly app: string
}

export interface PublicationWish {
  /** Null = the release that was verified where it must have been before it goes on. */
  readonly version: string | null
  /** Null = made from the history. */
  readonly notes: string | null
}

export function publishingActions(work: Work) {
  return {
    /**
     * Makes a release public: notes, a tag, and on to the environments that wait for that. What is published already is
     * not published again: the answer is the publication there is.
     */
    async publish(place: AppPlace, wish: PublicationWish, { by }: Asked): Promise<Publication> {
      const { store } = work.parts
      for (;;) {
        const release = chosen(work, place, wish.version)
        const before = store.publications.newest(place)
        const notes = wish.notes ?? (await notesSince(work, release, before))
        // Reading takes a while. If somebody published meanwhile, or staging moved on, all is looked at anew.
        const made = work.transact((tx) => {
          for (const environment of listening(store, place))
            mustBePermitted(store, 'deploy', { project: place.project, environment, by })
          const known = store.publications.ofRelease(release)
          if (known !== null) return known
          const isSame = chosen(work, place, wish.version).id === release.id
          if (!isSame || store.publications.newest(place)?.tag !== before?.tag) return null
          return record(tx, { release, notes, by })
        })
        if (made !== null) return made
      }
    },

    /**
     * The file that tells of a published release, on a branch of its own, so that people merge it. Doing it again is doing
     * it once; whatever becomes of it, what is deployed stays.
     */
    async commitChangelog(place: AppPlace, version: string | null, { by }: Asked) {
      const { store, source } = work.parts
      const publication = findPublication(store, place, version)
      const { project, tag, at, release } = publication
      const deployed = store.runs.deployedRef(project)
      const parent = (deployed === null ? null : store.projects.refs(project).get(deployed)) ?? release.commit
      const branch = `signalbox/changelog-${tag}`
      const path = changelogPath(publication)
      const text = { content: changelogText(publication), message: `Changelog of ${tag}` }
      const commit = await source.commitFile(project, { branch, parent, path, ...text, by: publication.by, at })
      work.transact((tx) => {
        tx.fact({ kind: 'changelog.committed', project, subject: release.id, by, data: { tag, branch, path, commit } })
      })
      return { branch, path, commit }
    },

    /** Another name for a release. Fault `alias.taken` when it stands for something already. */
    addAlias(place: AppPlace, { name, version }: { name: string; version: string }, { by }: Asked): StoredRelease {
      return work.transact((tx) => {
        const { store } = tx.parts
        const { project, app } = place
        appIn(specNow(store, project), app)
        const release = findRelease(store, place, version)
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) || /^[0-9a-f]{7,}$/.test(name))
          throw new Fault('alias.invalid_name', { details: { name } })
        const taken = store.releases.find(project, app, name)
        if (taken !== null && taken.id !== release.id)
          throw new Fault('alias.taken', { details: { name, version: taken.version } })
        if (store.aliases.add({ ...place, name, release: release.id }))
          tx.fact({ kind: 'release.named', project, subject: release.id, by, data: { app, name } })
        return release
      })
    },

    /** False when there is no such alias. A tag of a published release stays. */
    removeAlias(place: AppPlace, name: string, { by }: Asked): boolean {
      return work.transact((tx) => {
        const { store } = tx.parts
        const release = store.aliases.find({ ...place, name })
        if (release === null) return false
        if (isOfPublication(store.publications.ofRelease({ ...place, id: release }), name))
          throw new Fault('alias.of_publication', { details: { name } })
        store.aliases.remove({ ...place, name })
        tx.fact({
          kind: 'release.unnamed',
          project: place.project,
          subject: release,
          by,
          data: { app: place.app, name },
        })
        return true
      })
    },
  }
}

function chosen({ parts }: Work, place: AppPlace, version: string | null): StoredRelease {
  const { store } = parts
  appIn(specNow(store, place.project), place.app)
  const release = version === null ? releaseToPublish(store, place) : findRelease(store, place, version)
  if (store.publications.ofRelease(release) === null) mustBeVerified(store, release)
  return release
}

async function notesSince({ parts }: Work, release: StoredRelease, before: Publication | null): Promise<string> {
  const { project, app, commit } = release
  const from = before?.release.commit ?? null
  const read = await changesSince(parts, { project, app, head: commit, from })
  if (read === null) throw new Fault('commit.missing', { details: { project, sha: commit } })
  return notesOf(read.changes)
}

/** One transaction: from then on it is published, whatever becomes of the server. The tag itself follows. */
function record(tx: Tx, { release, notes, by }: { release: StoredRelease; notes: string; by: string }): Publication {
  const { store } = tx.parts
  const { project, app, commit } = release
  const at = freeTime(tx, release)
  const tag = tagAt(tx, release, at)
  const publication = { project, app, release: refOf(release), tag, notes, by, at }
  store.publications.add(publication)
  for (const name of new Set([tag, relName(at)])) store.aliases.add({ project, app, name, release: release.id })
  tx.command(
    { id: `tag:${project}/${tag}`, project, lane: `tag:${project}` },
    { do: 'source', project, task: { kind: 'tag', tag } },
  )
  resetDraft(tx, publication)
  const data = { app, version: release.version, tag, digest: release.digest, commit, notes }
  tx.fact({ kind: 'release.published', project, subject: release.id, by, data })
  tx.followUp({ look: 'promote', project, app, commit })
  return publication
}

/** What came after the release is in it at once; the history is then read anew. */
function resetDraft(tx: Tx, { project, app, release: { commit }, tag }: Publication): void {
  const { drafts } = tx.parts.store
  const draft = drafts.get(project, app)
  if (draft === null) return
  const published = draft.changes.findIndex((change) => change.commit === commit)
  const changes = draft.changes.slice(0, Math.max(published, 0))
  drafts.save({ ...draft, since: { tag, commit }, changes, at: tx.at })
  askForDraft(tx, draft)
}

/** Names are times to the second; two of one second would be one name. */
function freeTime(tx: Tx, release: StoredRelease): number {
  const { store } = tx.parts
  const refs = store.projects.refs(release.project)
  for (let at = tx.at; ; at += 1000) {
    const names = [tagAt(tx, release, at), relName(at)]
    const isFree =
      !refs.has(`refs/tags/${names[0]}`) &&
      store.publications.ofTag(release.project, names[0] as string) === null &&
      names.every((name) => store.releases.find(release.project, release.app, name) === null)
    if (isFree) return at
  }
}

function tagAt({ parts }: Tx, { project, app }: StoredRelease, at: number): string {
  const { draftRelease } = appIn(specNow(parts.store, project), app)
  return `${draftRelease?.tagPrefix ?? `${app}-`}${publicationTime(at)}`
}

function relName(at: number): string {
  return `rel-${publicationTime(at)}`
}

function isOfPublication(publication: Publication | null, name: string): boolean {
  return publication !== null && [publication.tag, relName(publication.at)].includes(name)
}
