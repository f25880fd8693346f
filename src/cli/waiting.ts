import type { Client } from '../api/client.ts'
import type { TrackView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { kindOfId } from './ids.ts'
import type { Session } from './session.ts'

interface Named {
  /** Ids of deployments, and environments in which exactly one waits for people. */
  readonly named: readonly string[]
  readonly all: boolean
  readonly app: string | undefined
  /** Tells one of several that wait in an environment. */
  readonly plan?: string | undefined
}

/** The deployments that are meant, each once. */
export async function waitingDeployments(session: Session, client: Client, wanted: Named): Promise<readonly string[]> {
  const { named, all } = wanted
  if (all === named.length > 0) throw unclear('name deployments or environments, or say --all')
  if (all) {
    const found = waitingIn(await tracks(session, client, undefined), wanted.app)
    if (found.length === 0) throw unclear('nothing waits for approval')
    return found.map(({ deployment }) => deployment.id)
  }
  const ids: string[] = []
  for (const name of named) {
    if (kindOfId(name) === 'oneOff') throw unclear(`${name} is a command: name it alone`)
    const id = kindOfId(name) === 'deployment' ? name : await oneIn(session, client, { ...wanted, name })
    if (!ids.includes(id)) ids.push(id)
  }
  return ids
}

async function oneIn(session: Session, client: Client, { name, app, plan }: Named & { name: string }): Promise<string> {
  const found = await tracks(session, client, name)
  if (found.length === 0) throw unclear(`there is no environment ${name}`)
  const waiting = waitingIn(found, app)
  const [first, ...others] = waiting
  if (first === undefined) throw unclear(`nothing waits for approval in ${name}`)
  const meant = others.length === 0 ? first : waiting.find((each) => each.plan === plan)
  if (meant !== undefined) return meant.deployment.id
  const told = waiting.map(({ deployment: { id, release, app: of } }) => `${id} (${of} ${release.version})`)
  throw unclear(`several wait in ${name}: ${told.join(', ')}; name one by its id`)
}

async function tracks({ project }: Session, client: Client, environment: string | undefined) {
  return await client.call('status', { params: { project: await project() }, query: { environment } })
}

function waitingIn(found: readonly TrackView[], app: string | undefined): TrackView['waiting'] {
  return found.filter((track) => app === undefined || track.app === app).flatMap(({ waiting }) => waiting)
}

function unclear(problem: string): Fault {
  return new Fault('deployment.unclear', { details: { problem } })
}
