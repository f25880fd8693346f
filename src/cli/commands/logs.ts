import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import { Fault } from '../../lib/fault.ts'
import { kindOfId, type Named } from '../ids.ts'
import { findInRun, showRunLogs } from '../logs/run.ts'
import { linesOf, oneOffLog, type Reading } from '../logs/source.ts'
import { appOption, wholeNumber } from '../options.ts'
import type { Open, Session } from '../session.ts'
import { dim } from '../text.ts'

export function logsCommand(open: Open) {
  return new Command('logs')
    .summary('show what jobs, instances and commands print')
    .description(
      'Show the log of a run (r17), of what runs in an environment, of one instance of it (d42-web-1), of a migration (d42-migrate, d42-backup, d42-survey), of smoke steps (d42-smoke) or of a one-off command (o5).',
    )
    .argument('<run|environment|instance|one-off>', 'its id or name')
    .option('--job <job>', 'of a run: only this job')
    .option('--find <text>', 'of a run: only lines that hold this, in small letters or large')
    .option('--process <process>', 'of an environment: only this process')
    .addOption(appOption())
    .option(
      '--lines <count>',
      'only the newest (of an environment: 100 unless told)',
      wholeNumber({ from: 0, to: 10_000 }),
    )
    .option('-f, --follow', 'go on with what comes')
    .action(async (named, { job, find, process, app, lines, follow = false }) => {
      const session = open()
      const kind = kindOfId(named)
      mustFit(kind, { job, find, process, app })
      const client = await session.client()
      switch (kind) {
        case 'run':
          if (find !== undefined) return findInRun(session, client, { run: named, job, text: find })
          return showRunLogs(session, client, { run: named, job, lines: lines ?? null, follow })
        case 'oneOff':
          return showOneOff(session, client, { oneOff: named, lines: lines ?? null, follow })
        case 'instance':
          return showInstance(session, client, { instance: named, lines, follow })
        default:
          return showInstances(session, client, { environment: named, process, app, lines, follow })
      }
    })
}

/** What would be left out of account without a word is refused. */
function mustFit(kind: Named, given: Readonly<Record<'job' | 'find' | 'process' | 'app', string | undefined>>): void {
  const meant = kind === 'run' ? ['job', 'find'] : kind === 'name' ? ['process', 'app'] : []
  const [wrong] = (['job', 'find', 'process', 'app'] as const).filter(
    (name) => given[name] !== undefined && !meant.includes(name),
  )
  if (wrong === undefined) return
  const problem = `--${wrong} is for ${wrong === 'job' || wrong === 'find' ? 'a run' : 'an environment'}`
  throw new Fault('command.invalid', { details: { problem, command: 'signalbox logs' } })
}

async function showOneOff(
  { output }: Session,
  client: Client,
  { oneOff, ...reading }: Reading & { readonly oneOff: string },
): Promise<void> {
  for await (const line of linesOf(oneOffLog(client, oneOff), reading)) {
    await output.item({ oneOff, ...line }, () => ({ printed: line.text }))
  }
}

interface InstanceLogOptions {
  readonly environment: string
  readonly app: string | undefined
  readonly process: string | undefined
  readonly lines: number | undefined
  readonly follow: boolean
}

async function showInstances(session: Session, client: Client, options: InstanceLogOptions): Promise<void> {
  const { environment, app, process, lines, follow } = options
  const params = { project: await session.project(), environment }
  const query = { app, process, lines, follow: follow ? 'true' : 'false' } as const
  for await (const line of client.follow('instances.logs', { params, query })) {
    await session.output.item(line, () => [dim(`${line.instance} `), { printed: line.text }])
  }
}

interface OneInstance {
  readonly instance: string
  readonly lines: number | undefined
  readonly follow: boolean
}

/** Its name says which deployment started it, and that where it runs. */
async function showInstance(
  { output }: Session,
  client: Client,
  { instance, lines, follow }: OneInstance,
): Promise<void> {
  const [, deployment = '', process = ''] = /^(d\d+)-(.+)-\d+$/.exec(instance) ?? []
  const { project, environment, app } = await client.call('deployments.show', { params: { deployment } })
  const query = { app, process, lines, follow: follow ? 'true' : 'false' } as const
  let isThere = false
  for await (const line of client.follow('instances.logs', { params: { project, environment }, query })) {
    if (line.instance !== instance) continue
    isThere = true
    await output.item(line, () => ({ printed: line.text }))
  }
  if (!isThere) await mustRun(client, { instance, project, environment })
}

/** One that runs has printed nothing; of any other, what is there instead is more help. */
async function mustRun(
  client: Client,
  { instance, project, environment }: { readonly [K in 'instance' | 'project' | 'environment']: string },
): Promise<void> {
  const tracks = await client.call('status', { params: { project }, query: { environment } })
  const known = tracks.flatMap(({ running }) => running?.instances.map(({ name }) => name) ?? [])
  if (!known.includes(instance)) throw new Fault('instance.unknown', { details: { instance, known: known.join(', ') } })
}
