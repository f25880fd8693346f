import type { OneOffRun } from '../../domain/one-off.ts'
import { findTrack, liveOf } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import type { Asked, Place, Work } from './work.ts'

export interface NamedCommand {
  readonly words: readonly string[]
  /** The words without what is secret, for the journal; left out where nothing is. */
  readonly told?: readonly string[]
  readonly limitMs: number
}

export function oneOffActions(work: Work) {
  return {
    /** Runs a command once, in the context of what is live. */
    startOneOff(place: Place, command: NamedCommand, { by }: Asked): OneOffRun {
      return work.transact((tx) => {
        const { store } = tx.parts
        mustBePermitted(store, 'exec', { ...place, by })
        const track = findTrack(store, place)
        const live = liveOf(track)
        const oneOff = store.oneOffs.add({
          ...{
            project: track.project,
            track: track.id,
            release: live.release,
            by,
            createdAt: tx.at,
            limitMs: command.limitMs,
          },
          variables: store.variables.version(track.project, track.environment),
          command: command.words,
          ...{ finishedAt: null, state: 'waiting', outcome: null, reason: null, exitCode: null },
        })
        tx.command(
          { id: oneOff.id, project: track.project, lane: `one_off:${oneOff.id}` },
          { do: 'one_off', oneOff: oneOff.id },
        )
        tx.fact({
          kind: 'one_off.started',
          project: track.project,
          subject: oneOff.id,
          by,
          data: { track: track.id, command: command.told ?? command.words },
        })
        return oneOff
      })
    },
  }
}
