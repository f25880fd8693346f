import type { OneOffView } from '../../api/views.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { OneOffRun } from '../../domain/one-off.ts'
import { trackOf } from '../../engine/context.ts'
import { findDeployment, findTrack } from '../../engine/find.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import { followLog, readLog } from '../log-reading.ts'
import type { ApiParts } from '../parts.ts'
import { refView } from '../views/release.ts'

type OneOffRoutes = Pick<Handlers, 'one-offs.start' | 'one-offs.show' | 'one-offs.log' | 'one-offs.log.follow'>

export function oneOffRoutes(parts: ApiParts): OneOffRoutes {
  const { actions, store, queries } = parts
  return {
    // People type a password into a command now and then; the journal keeps what it is told for ever.
    'one-offs.start': async ({ params, body: { app, command: words, limitMs } }, { by }) => {
      const place = { ...params, app }
      const told = await queries.toldWords(findTrack(store, place), words)
      return oneOffView(actions.startOneOff(place, { words, told, limitMs }, { by }), told)
    },
    'one-offs.show': async ({ params }) => {
      const oneOff = findOneOff(parts, params.oneOff)
      return oneOffView(oneOff, await queries.toldWords(trackOf(store, oneOff.track), oneOff.command))
    },
    'one-offs.log': ({ params, query }) => readLog(parts, logNamed(parts, params.oneOff).log, query.offset),
    'one-offs.log.follow': ({ params, query }, { signal, lastEventId }) =>
      followLog(parts, { ...logNamed(parts, params.oneOff), offset: query.offset, lastEventId, signal }),
  }
}

function findOneOff({ store }: ApiParts, id: string): OneOffRun {
  const found = store.oneOffs.get(id)
  if (found === null) throw new Fault('one_off.unknown', { details: { oneOff: id } })
  return found
}

/** The log of a one-off command has the command's id for a name, that of a migration or of smoke steps its deployment's: `d42-migrate`, `d42-smoke`. */
function logNamed(parts: ApiParts, name: string): { readonly log: string; readonly isOver: () => boolean } {
  const { store } = parts
  const [, deployment, step] = /^(d\d+)-(migrate|smoke)$/.exec(name) ?? []
  if (deployment === undefined) {
    const { id: log } = findOneOff(parts, name)
    return { log, isOver: () => (store.oneOffs.get(log)?.state ?? 'finished') === 'finished' }
  }
  findDeployment(store, deployment)
  return { log: name, isOver: () => isDone(findDeployment(store, deployment), step) }
}

/** Nothing of it is still to come. */
function isDone({ state }: Deployment, wanted: string | undefined): boolean {
  if (state.kind === 'waiting' || state.kind === 'queued') return false
  return state.kind !== 'rolling' || !state.steps.slice(state.at).some((step) => step.do === wanted)
}

function oneOffView(oneOff: OneOffRun, told: readonly string[]): OneOffView {
  const { id, project, track, by, createdAt, finishedAt, state, outcome, reason, exitCode, limitMs } = oneOff
  const release = refView(oneOff.release)
  return {
    id,
    project,
    track,
    release,
    command: told,
    by,
    createdAt,
    finishedAt,
    state,
    outcome,
    reason,
    exitCode,
    limitMs,
  }
}
