import type { Waiver } from '../../domain/contract.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { AppSpec } from '../../domain/spec.ts'
import type { Track } from '../../domain/track.ts'
import { hasAny } from '../../domain/variables.ts'
import type { StoredRelease } from '../../store/releases.ts'
import type { Store } from '../../store/store.ts'
import type { VariableChange } from '../../store/variables.ts'
import { environmentIn } from '../context.ts'
import { findProject, liveOf, specNow, tracksIn } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { mustBeSettable, mustFit } from '../refusals.ts'
import { mustBeRemovable, mustBeSet } from '../removal.ts'
import { sealAll } from '../sealing.ts'
import type { Tx } from '../tx.ts'
import { changesSinceLive } from '../variables.ts'
import { request } from './requesting.ts'
import { type Asked, type Place, said, type Work } from './work.ts'

export function variableActions(work: Work) {
  return {
    /** All changes under one new version, which is returned. Instances get them with the next deployment. */
    async setVariables(place: Omit<Place, 'app'>, changes: readonly VariableChange[], asked: Asked): Promise<number> {
      const { by, comment: reason } = said(asked)
      const { project, environment } = place
      const { store, secrets } = work.parts
      findProject(store, project)
      changes.forEach(mustBeSettable)
      for (const change of changes) mustFit(change, environment, appsIn(store, project, environment))
      for (;;) {
        // Sealing takes waiting and binds the value to its version; if somebody was faster, it is sealed anew.
        const version = store.variables.version(project, environment) + 1
        const sealed = await sealAll(secrets, place, { changes, version })
        const done = work.transact((tx) => {
          mustBePermitted(store, 'config', { project, environment, by })
          if (store.variables.version(project, environment) + 1 !== version) return false
          const removed = changes.flatMap(({ name, value }) => (value === null ? [name] : []))
          mustBeSet(store, { project, environment, names: removed })
          mustBeRemovable(store, { project, environment, names: removed, now: tx.at })
          store.variables.change({ project, environment }, sealed, { by, at: tx.at, reason })
          const names = changes.map(({ name, value }) => ({ name, set: value !== null }))
          tx.fact({
            kind: 'variables.changed',
            project,
            subject: `${project}/${environment}`,
            by,
            data: { version, names, reason },
          })
          lookEverywhere(tx, project)
          return true
        })
        if (done) return version
      }
    },

    /** The environment may be without a required variable until then: it holds up nothing elsewhere, and may be taken away. */
    waive(place: Omit<Place, 'app'>, wish: { name: string; reason: string; forMs: number }, { by }: Asked): Waiver {
      return work.transact((tx) => {
        const { store } = tx.parts
        const { project, environment } = place
        const { name, reason, forMs } = wish
        environmentIn(specNow(store, project), environment)
        mustBePermitted(store, 'config', { ...place, by })
        mustBeSettable({ name, value: null, secret: false })
        const waiver = { environment, name, by, reason, at: tx.at, expiresAt: tx.at + forMs }
        store.waivers.set(project, waiver)
        const data = { name, reason, expiresAt: waiver.expiresAt }
        tx.fact({ kind: 'variable.waived', project, subject: `${project}/${environment}`, by, data })
        lookEverywhere(tx, project)
        return waiver
      })
    },

    /** False when it was not waived. */
    unwaive(place: Omit<Place, 'app'>, name: string, { by }: Asked): boolean {
      return work.transact((tx) => {
        const { project, environment } = place
        findProject(tx.parts.store, project)
        mustBePermitted(tx.parts.store, 'config', { ...place, by })
        if (!tx.parts.store.waivers.remove(project, environment, name)) return false
        const data = { name, because: null }
        tx.fact({ kind: 'variable.waiver_ended', project, subject: `${project}/${environment}`, by, data })
        return true
      })
    },

    /**
     * Gives what runs its variables as they are now: a rollout of the release that is live, for each app they were changed
     * for since its instances were started. Asking again for what has not begun is asking once.
     */
    applyVariables(place: Place, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'redeploy', { ...place, by: asked.by })
        const tracks = tracksIn(tx.parts.store, place)
        const live = tracks.filter((track) => track.live !== null)
        if (live.length === 0) tracks.forEach(liveOf)
        return live.flatMap((track) => applyTo(tx, track, asked))
      })
    },
  }
}

/** Deployments elsewhere may have waited for it too. */
function lookEverywhere(tx: Tx, project: string): void {
  for (const { id } of tx.parts.store.tracks.list(project)) tx.followUp({ look: 'turn', track: id })
}

/** As the newest configuration has them; none for an environment that is still to come. */
function appsIn(store: Store, project: string, environment: string): readonly AppSpec[] {
  const spec = store.runs.newestSpec(project)
  const names = spec?.environments.find(({ name }) => name === environment)?.apps ?? []
  return spec?.apps.filter(({ name }) => names.includes(name)) ?? []
}

function applyTo(tx: Tx, track: Track, asked: Asked): readonly Deployment[] {
  const { store } = tx.parts
  const changes = changesSinceLive(store, track)
  if (changes === null || !hasAny(changes)) return []
  const isAsked = ({ reason, state }: Deployment) => reason === 'variables' && 'expiresAt' in state
  const open = store.deployments.open(track.id).find(isAsked)
  if (open !== undefined) return [open]
  const release = store.releases.get(liveOf(track).release.id) as StoredRelease
  return [request(tx, track, { release, reason: 'variables', asked })]
}
