import { attemptOf, type Job, type Run } from '../../domain/run.ts'
import { lacksOfRun } from '../../engine/contract.ts'
import { findRun } from '../../engine/find.ts'
import { migrationsOfRun } from '../../engine/migration-advice.ts'
import { Fault } from '../../lib/fault.ts'
import { projectsAsked } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import { findInLog, followLog, readLog } from '../log-reading.ts'
import type { ApiParts } from '../parts.ts'
import { energyView, lapView } from '../views/energy.ts'
import { runView } from '../views/run.ts'
import { lackView } from '../views/variables.ts'

type RunRoutes = Pick<
  Handlers,
  | 'runs.list'
  | 'runs.show'
  | 'runs.cancel'
  | 'runs.approve'
  | 'runs.reject'
  | 'runs.rerun'
  | 'jobs.log'
  | 'jobs.log.find'
  | 'jobs.log.follow'
>

export function runRoutes(parts: ApiParts): RunRoutes {
  const { store, actions, clock } = parts
  return {
    'runs.list': ({ query }, { principal }) =>
      store.runs.list(projectsAsked(principal, query.project), query.limit).map(runView),
    'runs.show': ({ params }) => {
      const run = findRun(store, params.run)
      const lacks = lacksOfRun(store, run, clock.now()).map(lackView)
      const { energies } = store
      const took = { laps: energies.laps(run.id).map(lapView), energy: energyView(energies.total(run.id)) }
      return { ...runView(run), lacks, migrations: migrationsOfRun(store, run.id), ...took }
    },
    'runs.cancel': ({ params }, { by }) => runView(actions.cancelRun(params.run, { by })),
    'runs.approve': ({ params, body: { commit, comment } }, { by }) =>
      runView(actions.approveRun(params.run, commit, { by, comment })),
    'runs.reject': ({ params, body }, { by }) => runView(actions.rejectRun(params.run, { by, comment: body.comment })),
    'runs.rerun': ({ params }, { by }) => runView(actions.rerun(params.run, { by })),
    'jobs.log': ({ params, query }) => {
      const run = findRun(store, params.run)
      const { attempt } = attemptIn(run, findJob(run, params.job), query.attempt)
      return readLog(parts, attemptOf(run.id, { name: params.job, attempt }), query.offset)
    },
    'jobs.log.find': ({ params, query }) => {
      const run = findRun(store, params.run)
      const { attempt } = attemptIn(run, findJob(run, params.job), query.attempt)
      return findInLog(parts, attemptOf(run.id, { name: params.job, attempt }), query)
    },
    'jobs.log.follow': ({ params, query }, { signal, lastEventId }) => {
      const run = findRun(store, params.run)
      const { attempt } = attemptIn(run, findJob(run, params.job), query.attempt)
      const isOver = () => isAttemptOver(store.runs.get(run.id), params.job, attempt)
      const log = attemptOf(run.id, { name: params.job, attempt })
      return followLog(parts, { log, offset: query.offset, lastEventId, isOver, signal })
    },
  }
}

function findJob(run: Run, name: string): Job {
  const found = run.jobs.find((job) => job.name === name)
  const known = run.jobs.map((job) => job.name).join(', ')
  if (found === undefined) throw new Fault('job.unknown', { details: { run: run.id, job: name, known } })
  return found
}

function attemptIn(run: Run, job: Job, wanted: number | undefined): { readonly attempt: number } {
  const attempt = wanted ?? job.attempt
  if (attempt <= job.attempt) return { attempt }
  throw new Fault('request.invalid', { details: { problem: `${run.id} has tried ${job.name} ${job.attempt} times` } })
}

function isAttemptOver(run: Run | null, name: string, attempt: number): boolean {
  const job = run?.jobs.find((each) => each.name === name)
  return job === undefined || job.attempt > attempt || job.state === 'finished'
}
