import { Command } from '@commander-js/extra-typings'
import type { VariableView, WaiverView } from '../../../api/views.ts'
import { ago, moment } from '../../../lib/time-text.ts'
import type { Open } from '../../session.ts'
import { dim, listing, type Text, yellow } from '../../text.ts'
import { noteWhenUnknown, scopeArgument } from './common.ts'

export function listCommand(open: Open) {
  return new Command('list')
    .description('List what is set; of secrets the names only.')
    .addArgument(scopeArgument())
    .action(async (name) => {
      const session = open()
      const { client, project, output, world } = session
      const api = await client()
      const params = { project: await project(), environment: name }
      const found = await api.call('variables.list', { params })
      const now = world.clock.now()
      const rows = found.variables.map((variable) => [
        ...[variable.name, valueText(variable), `${variable.version}`],
        ...[variable.by, ago(variable.at, now), variable.reason ?? ''],
      ])
      await output.show(found, () => [
        `${name}: version ${found.version}`,
        ...listing(['name', 'value', 'version', 'by', 'when', 'why'], rows),
        ...found.waivers.map(waiverText),
      ])
      await noteWhenUnknown(session, api, params)
    })
}

function valueText({ value, secret }: VariableView): Text {
  return secret || value === null ? dim('(secret)') : value
}

function waiverText({ name, by, reason, expiresAt }: WaiverView): Text {
  return yellow(`${name} may be missing until ${moment(expiresAt)} UTC, by ${by}: ${reason}`)
}
