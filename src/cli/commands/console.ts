import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { OneOffView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { exitCodeOfOneOff, saysItself } from '../one-off-ending.ts'
import { waitForPeople } from '../one-off-waiting.ts'
import { appOption, commentOption, duration, environmentArgument } from '../options.ts'
import type { Open, Session } from '../session.ts'
import { sizeOf, TerminalLine } from '../terminal-line.ts'

export function consoleCommand(open: Open) {
  return new Command('console')
    .summary('sit down at a terminal in the release that is live')
    .description(
      'Open a terminal in the release and with the variables that are live in an environment: a shell, or the command given. ' +
        'Ends with its exit code. What stands on the screen is kept, and `signalbox logs` shows it. Put -- before a command ' +
        'that has options of its own. Where the environment wants approvals it waits for them; Ctrl-C takes the wish back.',
    )
    .addArgument(environmentArgument())
    .argument('[command...]', 'the program and its words, run without a shell (default: a shell)')
    .option('--name <name>', 'a command that the app gives a name to, in place of words')
    .addOption(appOption())
    .option('--instance <instance>', 'with what this instance sees')
    .option('--destructive', 'the tick without which a destructive command is refused')
    .option('--limit <duration>', 'how long it may be open at most (default: as the app says, or 1h)', duration)
    .addOption(commentOption())
    .action(async (environment, words, { limit: limitMs, ...options }) => {
      const session = open()
      mustBeAtTerminal(session)
      if (words.length > 0 && options.name !== undefined) throw notBoth()
      const client = await session.client()
      const params = { project: await session.project(), environment }
      const terminal = { type: session.world.env.TERM ?? 'dumb', ...sizeOf(session.world) }
      const command = words.length > 0 ? { command: words } : {}
      const oneOff = await client.call('consoles.open', { params, body: { ...options, ...command, limitMs, terminal } })
      if (oneOff.state === 'waiting' && !(await isAgreed(session, client, oneOff))) return
      const ended = await sit(session, client, oneOff.id)
      if (!saysItself(ended)) session.output.note(ended.reason ?? '')
      session.end(exitCodeOfOneOff(ended))
    })
}

function mustBeAtTerminal({ world, output }: Session): void {
  const { stdin, stdout } = world
  const lack = output.json
    ? '--json is for programs'
    : stdin.isTTY !== true
      ? 'standard input is none'
      : stdout.isTTY !== true
        ? 'standard output is none'
        : (world.env.CI ?? '') === ''
          ? null
          : 'CI in the environment says that nobody is there'
  if (lack !== null) throw new Fault('console.needs_terminal', { details: { problem: lack } })
}

function notBoth(): Fault {
  const problem = 'it takes either a command, after the environment, or --name'
  return new Fault('command.invalid', { details: { command: 'signalbox console', problem } })
}

/** Who goes away before there is an answer wants none any more. */
async function isAgreed(session: Session, client: Client, oneOff: OneOffView): Promise<boolean> {
  try {
    return await waitForPeople(session, client, { oneOff, wait: true })
  } catch (error) {
    const { signal, clock } = session.world
    if (!signal.aborted) throw error
    const over = new AbortController()
    void Promise.allSettled([clock.sleep(TAKE_BACK_MS, over.signal).then(() => over.abort())])
    const last = await session.client(over.signal)
    await Promise.allSettled([last.call('one-offs.cancel', { params: { oneOff: oneOff.id } })])
    over.abort()
    throw error
  }
}

const TAKE_BACK_MS = 5_000

/** Until the program has ended, or the server says that it is over. */
async function sit(session: Session, client: Client, oneOff: string): Promise<OneOffView> {
  const params = { oneOff }
  {
    await using line = new TerminalLine(session.world, client, oneOff)
    await line.open()
    try {
      for await (const { shown } of client.follow('consoles.watch', { params })) {
        await session.output.screen(Buffer.from(shown, 'base64'))
      }
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'console.closed') throw error
    }
  }
  return await client.call('one-offs.show', { params })
}
