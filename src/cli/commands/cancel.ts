import { Command } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
import { kindOfId } from '../ids.ts'
import type { Open } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { oneOffLine } from '../show/one-off.ts'
import { runHead } from '../show/run.ts'

export function cancelCommand(open: Open) {
  return new Command('cancel')
    .summary('end a run, a deployment or a command')
    .description('End a run, a command, or a deployment: one that is rolling out goes back to what served before.')
    .argument('<run|deployment|one-off>', 'its id: r17, d42, o5')
    .action(async (id) => {
      const { output, client } = open()
      const api = await client()
      switch (kindOfId(id)) {
        case 'run': {
          const run = await api.call('runs.cancel', { params: { run: id } })
          return output.show(run, () => runHead(run))
        }
        case 'deployment': {
          const deployment = await api.call('deployments.cancel', { params: { deployment: id } })
          return output.show(deployment, () => [deploymentLine(deployment)])
        }
        case 'oneOff': {
          const oneOff = await api.call('one-offs.cancel', { params: { oneOff: id } })
          return output.show(oneOff, () => [oneOffLine(oneOff)])
        }
        default:
          throw new Fault('command.invalid', {
            details: {
              command: 'signalbox cancel',
              problem: `${id} is not the id of a run, a deployment or a command`,
            },
          })
      }
    })
}
