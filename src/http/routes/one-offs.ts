import type { OneOffView } from '../../api/views.ts'
import type { OneOffRun } from '../../domain/one-off.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import { followLog, readLog } from '../log-reading.ts'
import type { ApiParts } from '../parts.ts'
import { refView } from '../views/release.ts'

type OneOffRoutes = Pick<Handlers, 'one-offs.start' | 'one-offs.show' | 'one-offs.log' | 'one-offs.log.follow'>

/** The log of a one-off command has the command's id for a name. */
export function oneOffRoutes(parts: ApiParts): OneOffRoutes {
  const { store, actions } = parts
  const find = (id: string): OneOffRun => {
    const found = store.oneOffs.get(id)
    if (found === null) throw new Fault('one_off.unknown', { details: { oneOff: id } })
    return found
  }
  return {
    'one-offs.start': ({ params, body: { app, command, limitMs } }, { by }) =>
      oneOffView(actions.startOneOff({ ...params, app }, { words: command, limitMs }, { by })),
    'one-offs.show': ({ params }) => oneOffView(find(params.oneOff)),
    'one-offs.log': ({ params, query }) => readLog(parts, find(params.oneOff).id, query.offset),
    'one-offs.log.follow': ({ params, query }, { signal, lastEventId }) => {
      const { id: log } = find(params.oneOff)
      const isOver = () => (store.oneOffs.get(log)?.state ?? 'finished') === 'finished'
      return followLog(parts, { log, offset: query.offset, lastEventId, isOver, signal })
    },
  }
}

function oneOffView(oneOff: OneOffRun): OneOffView {
  const { id, project, track, command, by, createdAt, finishedAt, state, outcome, reason, exitCode, limitMs } = oneOff
  const release = refView(oneOff.release)
  return { id, project, track, release, command, by, createdAt, finishedAt, state, outcome, reason, exitCode, limitMs }
}
