import type { MakeInvariant } from '../view.ts'
import { drainMs } from '../world/shape.ts'

/** Faults that may cost a visitor an answer although the server does everything right. */
const excuses = [
  'host-restart',
  'edge-worker-loss',
  'instance-crash',
  'instance-freeze',
  'meddling',
  'bad-release',
] as const

/** I-5: once a track has served, no visitor goes without an answer because of what the server does or fails to do. */
export const visitors: MakeInvariant = ({ simulation, records, git, broken }) => {
  const served = new Set<string>()
  const isExcused = excuses.some((fault) => simulation.faults[fault] > 0)
  /** Not where old instances stop before new ones start, or where people want none. */
  const isGapless = (track: string) =>
    [...records.deployments.values()]
      .filter((each) => each.track === track)
      .every(({ release, scale }) => {
        const [, app = '', name = ''] = track.split('/')
        const spec = git.spec(release.commit)
        const web = spec?.apps.find((each) => each.name === app)?.processes.find((each) => each.name === 'web')
        const environment = spec?.environments.find((each) => each.name === name)
        return environment?.policies.strategy.kind !== 'stop_start' && web?.singleton === false && scale.web !== 0
      })
  return {
    visited(track, { status, instance }, takesMs) {
      // An error that the app answers with is the app's own.
      if (instance !== null && status >= 500) return
      if (status === 200 && records.lives.has(track)) served.add(track)
      else if (takesMs < drainMs && !isExcused && served.has(track) && isGapless(track))
        broken(
          'I-5',
          `a visitor of ${track} got ${status} though nothing but the server and the way to the host were troubled`,
        )
    },
  }
}
