import { Command } from '@commander-js/extra-typings'
import { environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { yellow } from '../text.ts'

export function maintenanceCommand(open: Open) {
  return new Command('maintenance')
    .summary('show visitors a page in place of the app')
    .description('Show visitors a page in place of the app. Deployments go on behind it.')
    .addCommand(on(open))
    .addCommand(off(open))
}

function on(open: Open) {
  return new Command('on')
    .description('Show the page: status 503, and when to come back. Again: with another text.')
    .addArgument(environmentArgument())
    .option('--message <text>', 'what it says')
    .action(async (environment, { message }) => {
      const { client, project, output } = open()
      const api = await client()
      const shown = await api.call('maintenance.on', {
        params: { project: await project(), environment },
        body: { message },
      })
      await output.show(shown, () => [[yellow('Maintenance: '), `${environment} says "${shown.message}"`]])
    })
}

function off(open: Open) {
  return new Command('off')
    .description('Let visitors in again. Fine when they were not kept out.')
    .addArgument(environmentArgument())
    .action(async (environment) => {
      const { client, project, output } = open()
      const api = await client()
      const answer = await api.call('maintenance.off', { params: { project: await project(), environment } })
      const said = answer.ended ? `Visitors of ${environment} are let in again` : `${environment} showed no page`
      await output.show(answer, () => [said])
    })
}
