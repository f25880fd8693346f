import { Command } from '@commander-js/extra-typings'
import { moment } from '../../../lib/time-text.ts'
import { duration, environmentArgument } from '../../options.ts'
import type { Open } from '../../session.ts'
import { yellow } from '../../text.ts'

export function waiveCommand(open: Open) {
  return new Command('waive')
    .description(
      'Say that an environment may be without a required variable for a while: other environments need not wait for it, and ' +
        'it may be taken away. A deployment to the environment itself still needs it.',
    )
    .addArgument(environmentArgument())
    .argument('<variable>', 'its name')
    .requiredOption('--reason <text>', 'why, for the record')
    .requiredOption('--for <duration>', 'for how long; then it ends by itself', duration)
    .action(async (environment, name, { reason, for: forMs }) => {
      const { client, project, output } = open()
      const params = { project: await project(), environment, name }
      const waiver = await (await client()).call('variables.waive', { params, body: { reason, forMs } })
      const until = `until ${moment(waiver.expiresAt)} UTC`
      await output.show(waiver, () => [[yellow('Waived: '), `${environment} may be without ${name} ${until}`]])
    })
}

export function unwaiveCommand(open: Open) {
  return new Command('unwaive')
    .description('Take that word back.')
    .addArgument(environmentArgument())
    .argument('<variable>', 'its name')
    .action(async (environment, name) => {
      const { client, project, output } = open()
      const params = { project: await project(), environment, name }
      const answer = await (await client()).call('variables.unwaive', { params })
      const said = answer.ended ? 'needs' : 'has no waiver for'
      await output.show(answer, () => [`${environment} ${said} ${name}`])
    })
}
