import { changelogPath, changelogText } from '../../domain/publication.ts'
import { findProject } from '../../engine/find.ts'
import { draftsOf, findPublication } from '../../engine/publications.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { releaseView } from '../views/release.ts'

type ReleaseRoutes = Pick<
  Handlers,
  | 'releases.list'
  | 'releases.drafts'
  | 'releases.publish'
  | 'releases.published'
  | 'releases.alias'
  | 'releases.unalias'
  | 'releases.changelog'
  | 'releases.changelog.commit'
>

export function releaseRoutes({ store, actions }: ApiParts): ReleaseRoutes {
  return {
    'releases.list': ({ params, query }) => {
      findProject(store, params.project)
      return store.releases.list(params.project, query.app ?? null, query.limit).map((each) => releaseView(store, each))
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
