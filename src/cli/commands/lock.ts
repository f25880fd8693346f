import { Command } from '@commander-js/extra-typings'
import { moment } from '../../lib/time-text.ts'
import { duration, environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { yellow } from '../text.ts'

export function lockCommand(open: Open) {
  return new Command('lock')
    .summary('put a stop sign on an environment')
    .description(
      'Put a stop sign on an environment: deployments wait in the queue until it is taken away or has expired.',
    )
    .addArgument(environmentArgument())
    .requiredOption('--reason <text>', 'why, for those who wait')
    .option('--for <duration>', 'for how long (otherwise until it is taken away)', duration)
    .action(async (environment, { reason, for: forMs }) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const lock = await api.call('lock', { params, body: { reason, forMs } })
      const until =
        lock.expiresAt === null ? `until \`signalbox unlock ${environment}\`` : `until ${moment(lock.expiresAt)} UTC`
      await output.show(lock, () => [[yellow('Locked: '), `${environment}, ${until}`]])
    })
}
