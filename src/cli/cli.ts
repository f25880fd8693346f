import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Fault } from '../lib/fault.ts'
import { codeOf } from '../system/files.ts'
import { accessCommand } from './commands/access.ts'
import { accountsCommand } from './commands/accounts.ts'
import { approvalsCommand } from './commands/approvals.ts'
import { approveCommand } from './commands/approve.ts'
import { auditCommand } from './commands/audit.ts'
import { backupCommand } from './commands/backup.ts'
import { cancelCommand } from './commands/cancel.ts'
import { completeWordsCommand, completionCommand } from './commands/completion.ts'
import { consoleCommand } from './commands/console.ts'
import { demoCommand } from './commands/demo.ts'
import { deployCommand } from './commands/deploy.ts'
import { deploymentsCommand } from './commands/deployments.ts'
import { doctorCommand } from './commands/doctor.ts'
import { envCommand } from './commands/env.ts'
import { eventsCommand } from './commands/events.ts'
import { explainCommand } from './commands/explain.ts'
import { flowCommand } from './commands/flow.ts'
import { freezeCommand } from './commands/freeze.ts'
import { gitCredentialCommand } from './commands/git-credential.ts'
import { identitiesCommand } from './commands/identities.ts'
import { initCommand } from './commands/init.ts'
import { insightsCommand } from './commands/insights.ts'
import { lockCommand } from './commands/lock.ts'
import { loginCommand } from './commands/login.ts'
import { logsCommand } from './commands/logs.ts'
import { maintenanceCommand } from './commands/maintenance.ts'
import { migrateCommand } from './commands/migrate.ts'
import { noticesCommand } from './commands/notices.ts'
import { oneOffsCommand } from './commands/one-offs.ts'
import { openCommand } from './commands/open.ts'
import { passkeysCommand } from './commands/passkeys.ts'
import { planCommand } from './commands/plan.ts'
import { projectsCommand } from './commands/projects.ts'
import { promoteCommand } from './commands/promote.ts'
import { redeployCommand } from './commands/redeploy.ts'
import { rejectCommand } from './commands/reject.ts'
import { releasesCommand } from './commands/releases.ts'
import { rerunCommand } from './commands/rerun.ts'
import { restoreCommand } from './commands/restore.ts'
import { retryCommand } from './commands/retry.ts'
import { revertCommand } from './commands/revert.ts'
import { rollbackCommand } from './commands/rollback.ts'
import { runCommand } from './commands/run.ts'
import { runsCommand } from './commands/runs.ts'
import { safeguardsCommand } from './commands/safeguards.ts'
import { scaleCommand } from './commands/scale.ts'
import { schedulesCommand } from './commands/schedules.ts'
import { secretsCommand } from './commands/secrets.ts'
import { serverCommand } from './commands/server.ts'
import { sessionsCommand } from './commands/sessions.ts'
import { statusCommand } from './commands/status.ts'
import { tokensCommand } from './commands/tokens.ts'
import { undeployedCommand } from './commands/undeployed.ts'
import { unfreezeCommand } from './commands/unfreeze.ts'
import { unlockCommand } from './commands/unlock.ts'
import { validateCommand } from './commands/validate.ts'
import { versionCommand } from './commands/version.ts'
import { complain } from './complaint.ts'
import { exitCodeOfFault, exitCodes } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { Output } from './output.ts'
import { inWordsOf, pathOf } from './refused-input.ts'
import { type Open, sessionOf } from './session.ts'
import { programVersion } from './version.ts'
import type { World } from './world.ts'

/** Runs what was typed, and gives the exit code. Everything that goes wrong has been told by then. */
export async function runCli(world: World): Promise<number> {
  let exitCode: number = exitCodes.ok
  const program = programOf(await programVersion(), () => sessionOf(world, program.opts(), (code) => (exitCode = code)))
  const output = new Output(world, optionsIn(world.words))
  let meant: CommandUnknownOpts = program
  program.hook('preAction', (_, command) => {
    meant = command
  })
  settle(program, (sub) =>
    sub
      .exitOverride((error) => {
        meant = sub
        throw error
      })
      .configureOutput({
        writeOut: (text) => world.stdout.write(text),
        writeErr: (text) => world.stderr.write(text),
        // Told below, where it can be JSON too.
        outputError: () => {},
        getOutHelpWidth: () => world.stdout.columns ?? 100,
        getErrHelpWidth: () => world.stderr.columns ?? 100,
      }),
  )
  try {
    await program.parseAsync(world.words, { from: 'user' })
    return exitCode
  } catch (error) {
    return await exitCodeOf(inWordsOf(meant, error), { world, command: meant, output })
  }
}

interface CommandGroup {
  readonly title: string
  readonly commands: readonly ((open: Open) => CommandUnknownOpts)[]
}

/** Every command, as `signalbox --help` lists them. A new command is a file and a line here. */
const commandGroups: readonly CommandGroup[] = [
  { title: 'A project:', commands: [initCommand, validateCommand, projectsCommand] },
  {
    title: 'Deploying:',
    commands: [
      statusCommand,
      planCommand,
      demoCommand,
      deployCommand,
      approvalsCommand,
      approveCommand,
      rejectCommand,
      promoteCommand,
      redeployCommand,
      rollbackCommand,
      migrateCommand,
      revertCommand,
      retryCommand,
      scaleCommand,
      cancelCommand,
      lockCommand,
      unlockCommand,
      freezeCommand,
      unfreezeCommand,
      safeguardsCommand,
      maintenanceCommand,
    ],
  },
  {
    title: 'What happened:',
    commands: [
      openCommand,
      runsCommand,
      rerunCommand,
      logsCommand,
      releasesCommand,
      deploymentsCommand,
      flowCommand,
      undeployedCommand,
      insightsCommand,
      explainCommand,
      eventsCommand,
      auditCommand,
      noticesCommand,
    ],
  },
  {
    title: 'An environment:',
    commands: [envCommand, secretsCommand, accessCommand, runCommand, consoleCommand, oneOffsCommand, schedulesCommand],
  },
  {
    title: 'The server:',
    commands: [
      serverCommand,
      doctorCommand,
      backupCommand,
      restoreCommand,
      loginCommand,
      gitCredentialCommand,
      accountsCommand,
      tokensCommand,
      sessionsCommand,
      passkeysCommand,
      identitiesCommand,
      versionCommand,
      completionCommand,
    ],
  },
]

export function programOf(version: string, open: Open) {
  const program = new Command('signalbox')
    .description(
      'Continuous deployment on your own machines: git push, checks, release, staging, approval, production.',
    )
    .option('--json', 'print JSON, and nothing else, on standard output')
    .option('-p, --project <name>', 'the project (otherwise the one this folder is pushed to, or the only one)')
    .option('--server <url>', 'the server (otherwise SIGNALBOX_URL, or the one logged in to last)')
    .option(
      '--token-file <file>',
      'a file with the token, or a data directory (otherwise SIGNALBOX_TOKEN, or from login)',
    )
    .option('--verbose', 'tell the details of errors too')
    .version(version, '-V, --version', 'tell the version of this program')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
  for (const { title, commands } of commandGroups) {
    program.commandsGroup(title)
    for (const command of commands) program.addCommand(command(open))
  }
  program.addCommand(completeWordsCommand(open), { hidden: true })
  return program
}

/** Commands made apart do not inherit how the program prints and ends. */
function settle(command: CommandUnknownOpts, apply: (command: CommandUnknownOpts) => void): void {
  apply(command)
  for (const sub of command.commands) {
    sub.configureHelp(command.configureHelp())
    settle(sub, apply)
  }
}

/** What goes wrong while options are read has to be told in the form they ask for. */
function optionsIn(words: readonly string[]): { readonly json: boolean; readonly verbose: boolean } {
  const end = words.indexOf('--')
  const ours = end < 0 ? words : words.slice(0, end)
  return { json: ours.includes('--json'), verbose: ours.includes('--verbose') }
}

interface Failing {
  readonly world: World
  readonly command: CommandUnknownOpts
  readonly output: Output
}

async function exitCodeOf(thrown: unknown, { world, command, output }: Failing): Promise<number> {
  // What goes wrong because of the end of everything is not what went wrong.
  const error: unknown = world.signal.aborted ? world.signal.reason : thrown
  if (codeOf(error) === 'EPIPE') return exitCodes.unread
  if (error instanceof Interruption) return exitCodes.cancelled
  if (!(error instanceof CommanderError)) return exitCodeOfFault((await complain(output, error)).code)
  if (error.exitCode === 0) return exitCodes.ok
  // Asked for nothing: the help has been printed instead.
  if (error.code === 'commander.help') return exitCodes.usage
  const problem = error.message.replace(/^error: /, '').replace(/\s*\n/g, ' ')
  const details = { problem, command: pathOf(command) }
  await complain(output, new Fault('command.invalid', { details, cause: error }))
  return exitCodes.usage
}
