import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { SurveyView } from '../../api/views.ts'
import { exitCodes } from '../exit-codes.ts'
import { appOption, environmentArgument, noWaitOption, waitLimitOption, waitOption } from '../options.ts'
import { withPatience } from '../patience.ts'
import { afterSending } from '../sent.ts'
import type { Open, Session } from '../session.ts'
import { pendingLines } from '../show/migrations.ts'

export function migrateCommand(open: Open) {
  return new Command('migrate')
    .summary('run the migrations of a release, and nothing else')
    .description(
      'Run the migrations of what is live, or of the version named, as an operation of its own: with the approvals, the ' +
        'queue, the backup and the record of a deployment. A database cannot be taken back, so it wants --destructive. ' +
        'With --plan it only tells what is pending: exits with 0 when nothing is, 3 when something is, 6 when nobody can tell.',
    )
    .addArgument(environmentArgument())
    .argument('[version]', 'the release, as `signalbox releases` lists it')
    .addOption(appOption())
    .option('--plan', 'only tell what is pending')
    .option('--destructive', 'it is meant')
    .option('--reason <text>', 'why, for the record')
    .addOption(waitOption())
    .addOption(noWaitOption())
    .addOption(waitLimitOption())
    .action(async (environment, version, { app, plan, destructive = false, reason, ...wait }) => {
      const session = open()
      const client = await session.client()
      const params = { project: await session.project(), environment }
      if (plan) return await tellPending(session, client, { params, body: { app, version } }, wait.waitTimeout)
      const body = { app, version, destructive, comment: reason }
      await afterSending(session, [await client.call('migrate', { params, body })], wait)
    })
}

interface Asking {
  readonly params: { readonly project: string; readonly environment: string }
  readonly body: { readonly app?: string | undefined; readonly version?: string | undefined }
}

async function tellPending(session: Session, client: Client, question: Asking, limitMs: number): Promise<void> {
  const started = await client.call('surveys.start', question)
  const found = await withPatience(session.world, { limitMs, what: started.id }, (signal) =>
    answerTo(session, client, started, signal),
  )
  await session.output.show(found, () => pendingLines(found))
  session.end(exitCodeOf(found))
}

const lookEveryMs = 200

async function answerTo(
  { world }: Session,
  client: Client,
  survey: SurveyView,
  signal: AbortSignal,
): Promise<SurveyView> {
  for (let now = survey; ; ) {
    if (now.state === 'finished') return now
    await world.clock.sleep(lookEveryMs, signal)
    now = await client.call('surveys.show', { params: { survey: survey.id } })
  }
}

function exitCodeOf({ pending }: SurveyView): number {
  if (pending === null) return exitCodes.unknown
  return pending.length > 0 ? exitCodes.changes : exitCodes.ok
}
