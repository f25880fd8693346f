import { type Serving, servingOf } from '../domain/adoption.ts'
import { self } from '../domain/facts.ts'
import { type ReleaseRef, refOf } from '../domain/release.ts'
import type { Live, Track } from '../domain/track.ts'
import type { Observation } from '../targets/driver.ts'
import { trackOf } from './context.ts'
import type { Parts } from './parts.ts'
import { transact } from './transact.ts'
import type { Tx } from './tx.ts'

/**
 * The first look at a track after a restore: what really runs there is newer than what is remembered, perhaps, and visitors use
 * it. It becomes what is live, under the release that it is; of a release that nobody remembers no more is said than was seen.
 */
export function adopt(parts: Parts, id: string, seen: Pick<Observation, 'instances' | 'routed'>): void {
  transact(
    parts,
    () => {},
    (tx) => {
      const { store } = tx.parts
      const track = trackOf(store, id)
      const serving = servingOf(track.live, seen)
      if (serving !== null) takeOver(tx, track, serving)
      else tx.fact({ kind: 'track.as_recorded', project: track.project, subject: id, by: self, data: {} })
      store.tracks.setSure(id)
      tx.followUp({ look: 'turn', track: id })
    },
  )
}

function takeOver(tx: Tx, track: Track, serving: Serving): void {
  const { store } = tx.parts
  const known = store.releases.ofDigest(track, serving.digest)
  const release = known === null ? unknownRelease(tx, track, serving) : refOf(known)
  const variables = store.variables.version(track.project, track.environment)
  const instances = serving.instances.map(({ name, deployment, process }) => ({
    ...{ name, deployment, process, release, variables },
  }))
  const live: Live = { deployment: serving.deployment, release, variables, instances }
  store.tracks.setLive(track.id, live)
  const { version, digest } = serving
  const data = {
    ...{ name: known === null ? `unknown release ${version}` : version, digest, deployment: serving.deployment },
    ...{ instances: instances.map(({ name }) => name), recorded: track.live?.release.version ?? null },
  }
  tx.fact({ kind: 'track.adopted', project: track.project, subject: track.id, by: self, data })
}

/**
 * A record for a release that nobody remembers, so that it can be named, left and come back to while its instances are there. Its
 * archive is not. It is taken to be configured as what was live before, or as is usual now.
 */
function unknownRelease(tx: Tx, { project, app, live }: Track, serving: Serving): ReleaseRef {
  const { store } = tx.parts
  const { version, digest } = serving
  const commit = serving.commit ?? digest.slice(0, 40)
  const spec = (live && store.runs.spec(project, live.release.commit)) ?? store.runs.newestSpec(project)
  if (spec !== null) store.runs.saveSpec(project, commit, spec)
  const title = 'unknown release: it came after the backup that this server was restored from'
  const made = store.releases.add({
    ...{ project, app, commit, version, digest, bytes: 0, run: 'unknown', title, createdAt: tx.at },
  })
  if (made.digest === digest) store.releases.discard(made.id, tx.at)
  return { ...refOf(made), digest }
}
