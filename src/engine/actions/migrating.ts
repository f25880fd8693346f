import type { Deployment } from '../../domain/deployment.ts'
import { askingFor } from '../../domain/migrations/adapters.ts'
import { refOf } from '../../domain/release.ts'
import type { SurveyRun } from '../../domain/survey-run.ts'
import type { Track } from '../../domain/track.ts'
import { Fault } from '../../lib/fault.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'
import { contextOf } from '../context.ts'
import { findRelease, findTrack } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { startSurvey } from '../surveys.ts'
import { request } from './requesting.ts'
import type { Asked, Place, Work } from './work.ts'

export function migratingActions(work: Work) {
  return {
    /**
     * Runs the migrations of a release and nothing else: with the same approvals, queue, lock, backup and record as a
     * deployment. Without the tick nothing is even asked for.
     */
    migrate(place: Place, wanted: { version: string | null; destructive: boolean }, asked: Asked): Deployment {
      const { environment } = place
      if (!wanted.destructive) throw new Fault('migration.not_ticked', { details: { environment } })
      return work.one((tx) => {
        mustBePermitted(tx.parts.store, 'migrate', { ...place, by: asked.by })
        const { track, release } = releaseMeant(tx.parts.store, place, wanted.version)
        return request(tx, track, { release, reason: 'migrate', asked })
      })
    },

    /** Begins a look for what is pending from within a release; changes nothing. */
    survey(place: Place, version: string | null, { by }: Asked): SurveyRun {
      return work.transact((tx) => {
        const { store } = tx.parts
        mustBePermitted(store, 'migrate', { ...place, by })
        const { track, release } = releaseMeant(store, place, version)
        const { app } = contextOf(store, { track: track.id, release: refOf(release) })
        if (app.migrations === null || askingFor(app.migrations) === null)
          throw new Fault('migration.cannot_be_asked', { details: { app: app.name } })
        const survey = startSurvey(tx, { track: track.id, release: refOf(release) }, by)
        tx.followUp({ look: 'turn', track: track.id })
        return survey
      })
    },
  }
}

/** The one named, what is live, or the newest where nothing is. Fault `migration.none`. */
function releaseMeant(store: Store, place: Place, version: string | null): { track: Track; release: StoredRelease } {
  const track = findTrack(store, place)
  const live = version === null ? track.live : null
  const release =
    live === null ? findRelease(store, track, version) : (store.releases.get(live.release.id) as StoredRelease)
  const { app } = contextOf(store, { track: track.id, release: refOf(release) })
  if (app.migrations === null) throw new Fault('migration.none', { details: { app: app.name } })
  return { track: store.tracks.ensure(track.project, track.app, track.environment), release }
}
