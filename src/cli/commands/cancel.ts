import { Command } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
import { kindOfId } from '../ids.ts'
import type { Open } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { runHead } from '../show/run.ts'

export function cancelCommand(open: Open) {
  return new Command('cancel')
    .summary('end a run or a deployment')
    .description('End a run, or a deployment: one that is rolling out goes back to what served before.')
    .argument('<run|deployment>', 'its id: r17, d42')
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
        default:
          throw new Fault('command.invalid', {
            details: { command: 'signalbox cancel', problem: `${id} is not the id of a run or a deployment` },
          })
      }
    })
}
