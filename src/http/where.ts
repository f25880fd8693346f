import { logOf } from '../api/log-name.ts'
import type { Where } from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { everywhere, type Principal, sees } from './auth.ts'

/**
 * Where what a path names lies. Whoever may not see the project gets the Fault of a name that does not exist: `project.unknown`,
 * `run.unknown`, `deployment.unknown`, `one_off.unknown`, `survey.unknown`, `notice.unknown`.
 */
export function whereIs(store: Store, params: Readonly<Record<string, string>>, principal: Principal): Where {
  const subject = subjectOf(params)
  if (subject === null) return everywhere
  const { find, unknown } = locators[subject.kind]
  const found = find(store, subject.id)
  if (found === null || !sees(principal, found.project)) throw unknown(subject.id)
  return { environment: params.environment ?? null, ...found }
}

/** Where what has this id lies: a run, a deployment or a command. Null: there is none. */
export function placeOf(store: Store, id: string): Where | null {
  const kind = ({ r: 'run', d: 'deployment', o: 'oneOff' } as const)[id.slice(0, 1)]
  const found = kind === undefined ? null : locators[kind].find(store, id)
  return found === null ? null : { environment: null, ...found }
}

/** What a request is about, by the name of the parameter that says so. A log is about what it is of. */
function subjectOf(params: Readonly<Record<string, string>>): { readonly kind: Kind; readonly id: string } | null {
  const kind = (Object.keys(locators) as Kind[]).find((name) => params[name] !== undefined)
  if (kind === undefined) return null
  const id = params[kind] ?? ''
  return (kind === 'oneOff' ? logOf(id) : null) ?? { kind, id }
}

type Kind = 'project' | 'run' | 'deployment' | 'oneOff' | 'survey' | 'notice'

interface Locator {
  /** Null: there is no such thing. */
  find(store: Store, value: string): { readonly project: string; readonly environment?: string } | null
  unknown(value: string): Fault
}

const locators: Readonly<Record<Kind, Locator>> = {
  project: {
    find: ({ projects }, project) => (projects.get(project) === null ? null : { project }),
    unknown: (project) => new Fault('project.unknown', { details: { project } }),
  },
  run: {
    find: ({ runs }, run) => runs.get(run),
    unknown: (run) => new Fault('run.unknown', { details: { run } }),
  },
  deployment: {
    find: (store, deployment) => onTrack(store, store.deployments.get(deployment)),
    unknown: (deployment) => new Fault('deployment.unknown', { details: { deployment } }),
  },
  oneOff: {
    find: (store, oneOff) => onTrack(store, store.oneOffs.get(oneOff)),
    unknown: (oneOff) => new Fault('one_off.unknown', { details: { oneOff } }),
  },
  survey: {
    find: (store, survey) => onTrack(store, store.surveys.get(survey)),
    unknown: (survey) => new Fault('survey.unknown', { details: { survey } }),
  },
  notice: {
    find: ({ deliveries }, delivery) => deliveries.get(delivery),
    unknown: (delivery) => new Fault('notice.unknown', { details: { delivery } }),
  },
}

function onTrack(store: Store, found: { readonly project: string; readonly track: string } | null) {
  if (found === null) return null
  const environment = store.tracks.get(found.track)?.environment
  return { project: found.project, ...(environment === undefined ? {} : { environment }) }
}
