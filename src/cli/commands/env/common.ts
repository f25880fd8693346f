import { Argument } from '@commander-js/extra-typings'
import type { Client } from '../../../api/client.ts'
import type { Session } from '../../session.ts'
import { yellow } from '../../text.ts'

export const scopeArgument = () => new Argument('<environment>', 'the environment; `checks` is for checks and builds')

export interface Place {
  readonly project: string
  readonly environment: string
}

/** Variables may be set before the commit that brings their environment; rather often the name is mistyped. */
export async function noteWhenUnknown({ output }: Session, api: Client, place: Place): Promise<void> {
  const { project, environment } = place
  const { environments } = await api.call('projects.show', { params: { project } })
  if (environments.length === 0 || environment === 'checks' || environments.includes(environment)) return
  output.note(yellow(`${project} has no environment ${environment} yet: it has ${environments.join(', ')}`))
}
