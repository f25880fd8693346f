import { Command } from '@commander-js/extra-typings'
import { kindOfId } from '../ids.ts'
import { rejectOneOff } from '../one-off-approval.ts'
import { appOption } from '../options.ts'
import { rejectRun } from '../run-approval.ts'
import type { Open } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { waitingDeployments } from '../waiting.ts'

export function rejectCommand(open: Open) {
  return new Command('reject')
    .summary('say no to deployments that wait')
    .description(
      'Say no to deployments that wait for approval, one or many in one act: all of them or none. They end there.',
    )
    .argument(
      '[deployment|environment|one-off|run...]',
      'ids of deployments, environments in which one waits, or the id of one command, or of the run of one proposal',
    )
    .requiredOption('--reason <text>', 'why, for the record and for whoever asked')
    .option('--all', 'everything that waits in the project')
    .addOption(appOption())
    .action(async (named, { reason, all = false, app }) => {
      const session = open()
      const client = await session.client()
      const [first = ''] = named
      if (named.length === 1 && kindOfId(first) === 'oneOff')
        return rejectOneOff(session, client, { oneOff: first, comment: reason })
      if (named.length === 1 && kindOfId(first) === 'run')
        return rejectRun(session, client, { run: first, comment: reason })
      const ids = await waitingDeployments(session, client, { named, all, app })
      const [only] = ids
      if (only !== undefined && ids.length === 1 && !all) {
        const rejected = await client.call('deployments.reject', { params: { deployment: only }, body: { reason } })
        return await session.output.show(rejected, () => [deploymentLine(rejected)])
      }
      const rejected = await client.call('rejections.give', { body: { deployments: [...ids], reason } })
      await session.output.show(rejected, () => rejected.map(deploymentLine))
    })
}
