import type { Client } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { kindOfId } from './ids.ts'
import type { Session } from './session.ts'

/** The deployment that is meant by its id, by the environment in which exactly one waits for people, or by its plan there. */
export async function waitingDeployment(
  { project }: Session,
  client: Client,
  {
    named,
    app,
    plan,
  }: { readonly named: string; readonly app: string | undefined; readonly plan?: string | undefined },
): Promise<string> {
  if (kindOfId(named) === 'deployment') return named
  const tracks = await client.call('status', { params: { project: await project() }, query: { environment: named } })
  if (tracks.length === 0) throw unclear(`there is no environment ${named}`)
  const waiting = tracks.filter((track) => app === undefined || track.app === app).flatMap((track) => track.waiting)
  const [first, ...others] = waiting
  if (first === undefined) throw unclear(`nothing waits for approval in ${named}`)
  const meant = others.length === 0 ? first : waiting.find((each) => each.plan === plan)
  if (meant !== undefined) return meant.deployment.id
  const all = waiting.map(({ deployment: { id, release, app: of } }) => `${id} (${of} ${release.version})`)
  throw unclear(`several wait in ${named}: ${all.join(', ')}; name one by its id`)
}

function unclear(problem: string): Fault {
  return new Fault('deployment.unclear', { details: { problem } })
}
