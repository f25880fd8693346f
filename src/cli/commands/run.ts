import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { OneOffView } from '../../api/views.ts'
import { exitCodes } from '../exit-codes.ts'
import { linesOf, oneOffLog } from '../logs/source.ts'
import { appOption, duration, environmentArgument } from '../options.ts'
import type { Open, Session } from '../session.ts'

export function runCommand(open: Open) {
  return new Command('run')
    .summary('run a command once, in the release that is live')
    .description(
      'Run a command once, in the release and with the variables that are live in an environment. Shows what it prints ' +
        'and exits with its exit code. Put -- before a command that has options of its own.',
    )
    .addArgument(environmentArgument())
    .argument('<command...>', 'the program and its words, run without a shell')
    .addOption(appOption())
    .option('--limit <duration>', 'how long it may run at most (default: 1h)', duration)
    .action(async (environment, command, { app, limit }) => {
      const session = open()
      const client = await session.client()
      const params = { project: await session.project(), environment }
      const oneOff = await client.call('one-offs.start', { params, body: { app, command, limitMs: limit } })
      const ended = await follow(session, client, oneOff.id)
      if (session.output.json) await session.output.item(ended, () => '')
      else if (!saysItself(ended)) session.output.note(ended.reason ?? '')
      session.end(exitCodeOf(ended))
    })
}

async function follow(session: Session, client: Client, oneOff: string): Promise<OneOffView> {
  const { output, world } = session
  try {
    for await (const { stream, text } of linesOf(oneOffLog(client, oneOff), { lines: null, follow: true })) {
      if (output.json) await output.item({ oneOff, stream, text }, () => '')
      else if (stream === 'o') await output.printed(text)
      else output.note({ printed: text })
    }
  } catch (error) {
    if (world.signal.aborted)
      output.note(`${oneOff} goes on without us; \`signalbox logs ${oneOff} --follow\` shows it`)
    throw error
  }
  return await client.call('one-offs.show', { params: { oneOff } })
}

/** An exit code of the command's own says it all; what a shell, a signal or a limit made of it does not. */
function saysItself({ exitCode, reason }: OneOffView): boolean {
  return reason === null || (exitCode !== null && exitCode < exitCodes.timedOut)
}

function exitCodeOf({ outcome, exitCode }: OneOffView): number {
  if (exitCode !== null) return exitCode
  switch (outcome) {
    case 'succeeded':
      return exitCodes.ok
    case 'aborted':
      return exitCodes.cancelled
    case 'errored':
      return exitCodes.unknown
    default:
      return exitCodes.failed
  }
}
