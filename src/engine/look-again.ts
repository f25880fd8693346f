import type { Track } from '../domain/track.ts'
import type { Tx } from './tx.ts'

/** Whatever has happened on a track, a release that must stand well there for a while may wait for it. */
export function lookAgain(tx: Tx, { project, app, environment, live }: Track): void {
  const spec = live === null ? null : tx.parts.store.runs.spec(project, live.release.commit)
  const isWatched = spec?.environments.some(({ triggers }) =>
    triggers.after.some((each) => each.environment === environment && each.verifiedForMs > 0),
  )
  if (live !== null && isWatched === true) tx.followUp({ look: 'promote', project, app, commit: live.release.commit })
}
