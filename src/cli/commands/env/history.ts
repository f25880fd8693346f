import { Command } from '@commander-js/extra-typings'
import type { PastChangeView } from '../../../api/views.ts'
import { moment } from '../../../lib/time-text.ts'
import { limitOption } from '../../options.ts'
import type { Open } from '../../session.ts'
import { dim, listing, type Text } from '../../text.ts'
import { scopeArgument } from './common.ts'

export function historyCommand(open: Open) {
  return new Command('history')
    .description('List who changed which variable, when and why; newest first.')
    .addArgument(scopeArgument())
    .argument('[variable]', 'only this one')
    .addOption(limitOption())
    .action(async (environment, name, { limit }) => {
      const { client, project, output } = open()
      const params = { project: await project(), environment }
      const changes = await (await client()).call('variables.history', { params, query: { name, limit } })
      const rows = changes.map((change) => [
        ...[`${change.version}`, change.name, valueText(change)],
        ...[change.by, moment(change.at), change.reason ?? ''],
      ])
      await output.show(changes, () => listing(['version', 'variable', 'value', 'by', 'when (UTC)', 'why'], rows))
    })
}

function valueText({ isSet, value }: PastChangeView): Text {
  if (!isSet) return dim('taken away')
  return value ?? dim('(secret)')
}
