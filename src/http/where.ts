import type { Where } from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { everywhere, type Principal, sees } from './auth.ts'

/**
 * Where what a path names lies. Whoever may not see the project gets the Fault of a name that does not exist: `project.unknown`,
 * `run.unknown`, `deployment.unknown`, `one_off.unknown`, `survey.unknown`, `notice.unknown`.
 */
export function whereIs(store: Store, params: Readonly<Record<string, string>>, principal: Principal): Where {
  const named = Object.entries(locators).find(([name]) => params[name] !== undefined)
  if (named === undefined) return everywhere
  const [name, { find, unknown }] = named
  const value = params[name] ?? ''
  const found = find(store, value)
  if (found === null || !sees(principal, found.project)) throw unknown(value)
  return { environment: params.environment ?? null, ...found }
}

interface Locator {
  /** Null: there is no such thing. */
  find(store: Store, value: string): { readonly project: string; readonly environment?: string } | null
  unknown(value: string): Fault
}

/** By the name of the parameter that says what a request is about. */
const locators: Readonly<Record<string, Locator>> = {
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
    // A survey's log is read like that of a one-off command.
    find: (store, name) => onTrack(store, store.oneOffs.get(name) ?? store.surveys.get(name)),
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
