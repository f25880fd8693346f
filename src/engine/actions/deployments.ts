import { type Deployment, isActive } from '../../domain/deployment.ts'
import type { Override } from '../../domain/gates/gate.ts'
import { type Track, trackId } from '../../domain/track.ts'
import { Fault } from '../../lib/fault.ts'
import type { StoredRelease } from '../../store/releases.ts'
import { environmentIn } from '../context.ts'
import { findRelease, liveOf, specNow, tracksIn, waitingFor } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import { requestDeployment } from '../request.ts'
import type { Tx } from '../tx.ts'
import { request } from './requesting.ts'
import { type Asked, type Place, said, type Work } from './work.ts'

export interface DeploymentWish {
  readonly version: string | null
  /** Why it may come although what runs there has not gone on yet (`hold_until_promoted_to`). */
  readonly overrideHold?: string | null
  /** Why it may go although the environment is frozen. For whoever may lock it. */
  readonly overrideFreeze?: string | null
}

interface Passing {
  readonly track: Track
  readonly release: StoredRelease
  readonly asked: Asked
  readonly reasons: Readonly<Partial<Record<Override['gate'], string>>>
}

/** One that waits already is the one that is meant. */
function passGates(tx: Tx, { track, release, asked, reasons }: Passing): Deployment {
  const { store } = tx.parts
  const there = store.deployments
    .open(track.id)
    .find((each) => !isActive(each) && each.reason === 'promote' && each.release.id === release.id)
  const deployment = there ?? request(tx, track, { release, reason: 'promote', asked })
  const { project } = track
  for (const [gate, reason] of Object.entries(reasons) as [Override['gate'], string][]) {
    store.overrides.add(deployment.id, { gate, by: asked.by, reason, at: tx.at })
    tx.fact({
      kind: 'deployment.override',
      project,
      subject: deployment.id,
      by: asked.by,
      data: { gate, reason },
    })
  }
  tx.followUp({ look: 'turn', track: track.id })
  return deployment
}

function reasonsIn({ overrideHold = null, overrideFreeze = null }: DeploymentWish): Passing['reasons'] {
  return {
    ...(overrideHold === null ? {} : { hold: overrideHold }),
    ...(overrideFreeze === null ? {} : { freeze: overrideFreeze }),
  }
}

export function deploymentActions(work: Work) {
  return {
    /** Sends a release on its way: the one named, or the newest. */
    deploy(place: Place, wanted: DeploymentWish, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'deploy', { ...place, by: asked.by })
        const reasons = reasonsIn(wanted)
        if (reasons.freeze !== undefined) mustBePermitted(tx.parts.store, 'lock', { ...place, by: asked.by })
        return tracksIn(tx.parts.store, place).map((track) => {
          const release = findRelease(tx.parts.store, track, wanted.version)
          // Asking again for what waits for people already is asking once.
          if (Object.keys(reasons).length > 0) return passGates(tx, { track, release, asked, reasons })
          const waiting = waitingFor(tx.parts.store, track.id, release.id)
          if (waiting !== null) return waiting
          return request(tx, track, { release, reason: 'promote', asked })
        })
      })
    },

    /** Replaces every instance by a new one of the release that is live; picks up changed variables. */
    redeploy(place: Place, asked: Asked): readonly Deployment[] {
      return work.all((tx) => {
        mustBePermitted(tx.parts.store, 'redeploy', { ...place, by: asked.by })
        return tracksIn(tx.parts.store, place).map((track) => {
          const release = tx.parts.store.releases.get(liveOf(track).release.id) as StoredRelease
          return request(tx, track, { release, reason: 'redeploy', asked })
        })
      })
    },

    /** What is live in one environment goes to another: the same archive, nothing is built. */
    promote(place: Place & { readonly to: string }, asked: Asked): readonly Deployment[] {
      if (place.to === place.environment) throw new Fault('environment.same', { details: { environment: place.to } })
      return work.all((tx) => {
        const { store } = tx.parts
        mustBePermitted(store, 'promote', { project: place.project, environment: place.to, by: asked.by })
        const { apps } = environmentIn(specNow(store, place.project), place.to)
        const all = tracksIn(store, place)
        const meant = place.app === undefined ? all.filter(({ app }) => apps.includes(app)) : all
        return (meant.length === 0 ? all : meant).map((from) => {
          const release = store.releases.get(liveOf(from).release.id) as StoredRelease
          const waiting = waitingFor(store, trackId(from.project, from.app, place.to), release.id)
          if (waiting !== null) return waiting
          return requestDeployment(tx, { release, environment: place.to, reason: 'promote', ...said(asked) })
        })
      })
    },
  }
}
