import type { OverviewProjectView, OverviewTrackView } from '../../api/views.ts'
import type { OverviewProject, OverviewTrack } from '../../engine/overview.ts'
import { projectsAsked } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { maintenanceView } from '../views/door.ts'
import { refView } from '../views/release.ts'
import { lockView } from '../views/track.ts'

export function overviewRoutes({ queries, store }: ApiParts): Pick<Handlers, 'overview'> {
  const isThere = (project: string) => store.projects.get(project) !== null
  return {
    overview: async ({ query }, { principal }) => {
      const projects = projectsAsked(principal, query.project)
      return (await queries.overview(projects?.filter(isThere) ?? null)).map(projectView)
    },
  }
}

function projectView({ newestRun, tracks, ...rest }: OverviewProject): OverviewProjectView {
  return { ...rest, newestRun: newestRun as OverviewProjectView['newestRun'], tracks: tracks.map(trackView) }
}

function trackView({ live, lock, maintenance, ...rest }: OverviewTrack): OverviewTrackView {
  return {
    ...rest,
    live: live === null ? null : { ...live, release: refView(live.release) },
    lock: lock === null ? null : lockView(lock),
    maintenance: maintenance === null ? null : maintenanceView(maintenance),
  }
}
