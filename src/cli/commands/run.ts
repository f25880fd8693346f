import { Command, Option } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
import { followOneOff } from '../one-off-following.ts'
import { waitForPeople } from '../one-off-waiting.ts'
import { appOption, commentOption, duration, environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { oneOffPlanLines } from '../show/one-off.ts'

export function runCommand(open: Open) {
  return new Command('run')
    .summary('run a command once, in the release that is live')
    .description(
      'Run a command once, in the release and with the variables that are live in an environment. Shows what it prints ' +
        'and exits with its exit code. Put -- before a command that has options of its own. Where the environment wants ' +
        'approvals it waits for them: without --wait this ends with 4, and the command runs when somebody has approved it.',
    )
    .addArgument(environmentArgument())
    .argument('[command...]', 'the program and its words, run without a shell')
    .option('--name <name>', 'a command that the app gives a name to, in place of words')
    .addOption(appOption())
    .option('--instance <instance>', 'on this instance, with what it sees')
    .option('--all', 'on every instance, one after the other')
    .addOption(new Option('--process <process>', 'with --all: only on those of this process'))
    .option('--destructive', 'the tick without which a destructive command is refused')
    .option('--dry-run', 'run the dry run of a named command; without one, only show what would be done')
    .option('--limit <duration>', 'how long it may run at most (default: as the app says, or 1h)', duration)
    .addOption(commentOption())
    .option('--wait', 'wait for approval as well')
    .action(async (environment, words, options) => {
      const session = open()
      const client = await session.client()
      const params = { project: await session.project(), environment }
      const { limit: limitMs, dryRun = false, wait = false, ...rest } = options
      if (words.length > 0 === (options.name !== undefined)) throw bothOrNone()
      const body = { ...rest, limitMs, ...(words.length > 0 ? { command: words } : {}) }
      if (dryRun) {
        const plan = await client.call('one-offs.plan', { params, body })
        const shown = oneOffPlanLines(plan)
        if (!plan.canDryRun) return session.output.show(plan, () => [...shown, 'Nothing was run.'])
      }
      const oneOff = await client.call('one-offs.start', { params, body: { ...body, dryRun } })
      if (oneOff.state === 'waiting' && !(await waitForPeople(session, client, { oneOff, wait }))) return
      await followOneOff(session, client, oneOff.id)
    })
}

function bothOrNone(): Fault {
  const problem = 'it takes either a command, after the environment, or --name'
  return new Fault('command.invalid', { details: { command: 'signalbox run', problem } })
}
