import { Command } from '@commander-js/extra-typings'
import { kindOfId } from '../ids.ts'
import { rejectOneOff } from '../one-off-approval.ts'
import { appOption } from '../options.ts'
import type { Open } from '../session.ts'
import { deploymentLine } from '../show/deployment.ts'
import { waitingDeployment } from '../waiting.ts'

export function rejectCommand(open: Open) {
  return new Command('reject')
    .summary('say no to a deployment that waits')
    .description('Say no to a deployment that waits for approval. It ends there.')
    .argument('<deployment|environment>', 'the id of the deployment, or the environment in which one waits')
    .option('--reason <text>', 'why, for the record')
    .addOption(appOption())
    .action(async (named, { reason, app }) => {
      const session = open()
      const client = await session.client()
      if (kindOfId(named) === 'oneOff') return rejectOneOff(session, client, { oneOff: named, comment: reason })
      const deployment = await waitingDeployment(session, client, { named, app })
      const params = { deployment }
      const rejected = await client.call('deployments.reject', { params, body: { comment: reason } })
      await session.output.show(rejected, () => [deploymentLine(rejected)])
    })
}
