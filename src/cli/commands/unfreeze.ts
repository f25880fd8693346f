import { Command } from '@commander-js/extra-typings'
import { environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'

export function unfreezeCommand(open: Open) {
  return new Command('unfreeze')
    .summary('take a freeze away')
    .description('Take away what somebody has put up with `freeze`: one, or all. Windows of signalbox.yml stay.')
    .addArgument(environmentArgument())
    .argument('[freeze]', 'only this one, as `freeze list` names it: f3')
    .action(async (environment, freeze) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const gone = await api.call('freezes.remove', { params, body: { freeze } })
      await output.show(gone, () =>
        gone.length === 0
          ? [`Nobody had frozen ${environment}`]
          : gone.map(({ id, reason }) => `Taken away: ${id} (${reason})`),
      )
    })
}
