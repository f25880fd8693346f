import type { ReleaseDetailView } from '../../api/views.ts'
import { changelogPath, changelogText } from '../../domain/publication.ts'
import { findAnyRelease, findProject } from '../../engine/find.ts'
import { draftsOf, findPublication } from '../../engine/publications.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'
import { reaches } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { releaseView } from '../views/release.ts'

type ReleaseRoutes = Pick<
  Handlers,
  | 'releases.list'
  | 'releases.show'
  | 'releases.drafts'
  | 'releases.publish'
  | 'releases.published'
  | 'releases.alias'
  | 'releases.unalias'
  | 'releases.changelog'
  | 'releases.changelog.commit'
>

export function releaseRoutes({ store, actions, queries }: ApiParts): ReleaseRoutes {
  return {
    'releases.list': ({ params, query }) => {
      findProject(store, params.project)
      return listed(store, params.project, query).map((each) => releaseView(store, each))
    },
    'releases.show': async ({ params, query }, { principal }) => {
      const { project } = params
      const release = findAnyRelease(store, { project, app: query.app }, params.release)
      const ways = await queries.releaseWays(release)
      const seen = ways.filter(({ environment }) => reaches(principal, 'read', { project, environment }))
      return { ...releaseView(store, release), published: publishedAs(store, release), ways: seen }
    },
    'releases.drafts': ({ params, query }) => draftsOf(store, params.project, query.app ?? null),
    'releases.publish': ({ params, body: { version = null, notes = null } }, { by }) =>
      actions.publish(params, { version, notes }, { by }),
    'releases.published': ({ params, query }) => {
      findProject(store, params.project)
      return store.publications.list(params.project, query.app ?? null, query.limit)
    },
    'releases.alias': ({ params: { alias, ...place }, body }, { by }) =>
      releaseView(store, actions.addAlias(place, { name: alias, version: body.version }, { by })),
    'releases.unalias': ({ params: { alias, ...place } }, { by }) => ({
      removed: actions.removeAlias(place, alias, { by }),
    }),
    'releases.changelog': ({ params, query }) => {
      const publication = findPublication(store, params, query.version ?? null)
      return { path: changelogPath(publication), markdown: changelogText(publication) }
    },
    'releases.changelog.commit': ({ params, body }, { by }) =>
      actions.commitChangelog(params, body.version ?? null, { by }),
  }
}

function publishedAs(store: Store, release: StoredRelease): ReleaseDetailView['published'] {
  const publication = store.publications.ofRelease(release)
  if (publication === null) return null
  const { tag, notes, by, at } = publication
  return { tag, notes, by, at }
}

interface Wanted {
  readonly app?: string | undefined
  readonly commit?: string | undefined
  readonly limit: number
}

function listed(store: Store, project: string, { app, commit, limit }: Wanted): readonly StoredRelease[] {
  if (commit === undefined) return store.releases.list(project, app ?? null, limit)
  const made = store.releases.ofCommitAll(project, commit).toReversed()
  return made.filter((release) => app === undefined || release.app === app).slice(0, limit)
}
