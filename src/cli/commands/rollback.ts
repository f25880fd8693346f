import { Command } from '@commander-js/extra-typings'
import { appOption, environmentArgument, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { afterSending } from '../sent.ts'
import type { Open } from '../session.ts'
import { exitCodeOfPlans } from '../show/plan.ts'
import { rollbackLines } from '../show/way-back.ts'

export function rollbackCommand(open: Open) {
  return new Command('rollback')
    .summary('go back to an earlier release')
    .description(
      'Go back to the release that was live before, or to the version named. It is checked before anything moves.',
    )
    .addArgument(environmentArgument())
    .argument('[version]', 'the release to go back to')
    .addOption(appOption())
    .option(
      '--reason <text>',
      'why, for the record; needed where the environment is protected or something lies between',
    )
    .option('--dry-run', 'only show what it would do; exits as `signalbox plan` does')
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, version, { app, reason, dryRun = false, ...wait }) => {
      const session = open()
      const [client, project] = [await session.client(), await session.project()]
      if (dryRun) {
        const plans = await client.call('rollback.plan', { params: { project, environment }, query: { app, version } })
        await session.output.show(plans, () => plans.flatMap(rollbackLines))
        return session.end(exitCodeOfPlans(plans.map(({ plan }) => plan)))
      }
      const question = { params: { project, environment }, body: { app, version, comment: reason } }
      await afterSending(session, await client.call('rollback', question), wait)
    })
}
