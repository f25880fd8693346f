import type { OneOffView } from '../../api/views.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { OneOffRun } from '../../domain/one-off.ts'
import { findDeployment } from '../../engine/find.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import { followLog, readLog } from '../log-reading.ts'
import type { ApiParts } from '../parts.ts'
import { refView } from '../views/release.ts'

type OneOffRoutes = Pick<Handlers, 'one-offs.start' | 'one-offs.show' | 'one-offs.log' | 'one-offs.log.follow'>

export function oneOffRoutes(parts: ApiParts): OneOffRoutes {
  const { actions } = parts
  return {
    'one-offs.start': ({ params, body: { app, command, limitMs } }, { by }) =>
      oneOffView(actions.startOneOff({ ...params, app }, { words: command, limitMs }, { by })),
    'one-offs.show': ({ params }) => oneOffView(findOneOff(parts, params.oneOff)),
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

/** The log of a one-off command has the command's id for a name, that of a migration its deployment's: `d42-migrate`. */
function logNamed(parts: ApiParts, name: string): { readonly log: string; readonly isOver: () => boolean } {
  const { store } = parts
  const deployment = /^(d\d+)-migrate$/.exec(name)?.[1]
  if (deployment === undefined) {
    const { id: log } = findOneOff(parts, name)
    return { log, isOver: () => (store.oneOffs.get(log)?.state ?? 'finished') === 'finished' }
  }
  findDeployment(store, deployment)
  return { log: name, isOver: () => hasMigrated(findDeployment(store, deployment)) }
}

/** Nothing of it is still to come. */
function hasMigrated({ state }: Deployment): boolean {
  if (state.kind === 'waiting' || state.kind === 'queued') return false
  return state.kind !== 'rolling' || !state.steps.slice(state.at).some((step) => step.do === 'migrate')
}

function oneOffView(oneOff: OneOffRun): OneOffView {
  const { id, project, track, command, by, createdAt, finishedAt, state, outcome, reason, exitCode, limitMs } = oneOff
  const release = refView(oneOff.release)
  return { id, project, track, release, command, by, createdAt, finishedAt, state, outcome, reason, exitCode, limitMs }
}
