import type { Deployment } from '../../../src/domain/deployment.ts'
import type { AppSpec, EnvironmentSpec } from '../../../src/domain/spec.ts'
import { requiredChecks } from './required.ts'
import type { View } from './view.ts'

/**
 * Why a deployment stays in the queue until a person does something or a check ends, and nobody has to wait behind it; null when nothing of the
 * kind keeps it. Worked out from what is durable, and not from what the gates say.
 */
export function standsAside(view: View, deployment: Deployment): string | null {
  const { track, release, reason } = deployment
  const running = requiredChecks(view, deployment).find(({ jobs }) => jobs.some(({ outcome }) => outcome === null))
  if (running !== undefined) return `${running.name} has not ended`
  const spec = view.git.spec(release.commit)
  const [project = '', appName = '', name = ''] = track.split('/')
  const environment = spec?.environments.find((each) => each.name === name)
  const app = spec?.apps.find((each) => each.name === appName)
  if (spec === null || environment === undefined || app === undefined || reason !== 'promote') return null
  for (const other of spec.environments) {
    const lacking = other.name === name ? undefined : lackOf(view, project, { app, environment: other })
    if (lacking !== undefined) return `${other.name} lacks ${lacking}`
  }
  const onward = environment.policies.holdUntilPromotedTo
  const here = view.records.lives.get(track)?.release.id
  const there = view.records.lives.get(`${project}/${appName}/${onward}`)?.release.id
  const isHeld = onward !== null && here !== undefined && here !== release.id && here !== there
  return isHeld && spec.environments.some((each) => each.name === onward)
    ? `${here} has not gone on to ${onward}`
    : null
}

interface Place {
  readonly app: AppSpec
  readonly environment: EnvironmentSpec
}

/** A variable that a protected environment must have, has not, and may not be without. */
function lackOf({ records }: View, project: string, { app, environment }: Place): string | undefined {
  const place = `${project}/${environment.name}`
  if (environment.protection.approvals === 0 || !environment.apps.includes(app.name)) return undefined
  const set = [...Object.keys(environment.variables), ...(records.variableNames.get(place) ?? [])]
  const needed = app.variables.filter((each) => each.required && each.default === null)
  return needed.find((each) => !set.includes(each.name) && !records.waivers.has(place, each.name))?.name
}

/** `one/shop/staging` → `one/staging`: where stop signs stand. */
export function placeOf(track: string): string {
  const [project = '', , environment = ''] = track.split('/')
  return `${project}/${environment}`
}
