import { Command, Option } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import { exitCodes } from '../exit-codes.ts'
import { limitOption, pointInTime, wholeNumber } from '../options.ts'
import type { Open, Session } from '../session.ts'
import { factLine } from '../show/fact.ts'
import { tables } from '../show/table.ts'
import { green, red } from '../text.ts'
import { verifyFile } from './audit/verify-file.ts'

export function auditCommand(open: Open) {
  return filtered(
    new Command('audit')
      .summary('read, export and verify the journal')
      .description(
        'Read the journal of everything that happened, oldest first: of all projects, or of one with --project. Without ' +
          '--after the newest are shown.',
      ),
  )
    .addOption(limitOption())
    .addOption(new Option('--after <number>', 'go on after this fact').argParser(factNumber))
    .addOption(new Option('--before <number>', 'the newest before this fact').argParser(factNumber))
    .option('-f, --follow', 'go on with what comes')
    .action(async ({ limit, after, before, follow, ...filter }) => {
      const session = open()
      const reading = { limit, after, before, follow: follow === true, filter }
      await show(session, await session.client(), reading)
    })
    .addCommand(exporting(open))
    .addCommand(verify(open))
}

const factNumber = wholeNumber({ from: 0, to: 999_999_999 })

/** Which facts, said alike for reading and for exporting. */
function filtered(command: Command) {
  return command
    .option('--subject <id>', 'only what is about this: d42, r17, shop/production')
    .option('--environment <name>', 'only what is about this environment')
    .option('--kind <kind>', 'only this kind: deployment.finished, or deployment for all of its kinds')
    .option('--by <name>', 'only what this person, token or `signalbox` itself did')
    .addOption(new Option('--since <time>', 'from this time on: 2026-11-21, 2026-11-21T05:30Z, or 2d for two days ago'))
    .addOption(new Option('--until <time>', 'before this time'))
}

interface Filter {
  readonly subject?: string | undefined
  readonly environment?: string | undefined
  readonly kind?: string | undefined
  readonly by?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

interface Reading {
  readonly limit: number
  readonly after: number | undefined
  readonly before: number | undefined
  readonly follow: boolean
  readonly filter: Filter
}

async function show(
  session: Session,
  client: Client,
  { limit, after, before, follow, filter }: Reading,
): Promise<void> {
  const { output } = session
  const query = queryOf(session, filter)
  const facts = await client.call('facts.list', { query: { limit, after, before, ...query } })
  if (!follow) return output.show(facts, () => facts.map(factLine))
  for (const fact of facts) await output.item(fact, () => factLine(fact))
  // What comes is asked for with the same filter, each time the journal has grown.
  let seen = facts.at(-1)?.seq ?? after ?? 0
  for await (const fact of client.follow('facts.follow', { query: { project: query.project, after: seen } })) {
    if (fact.seq <= seen) continue
    const news = await client.call('facts.list', { query: { ...query, after: seen, before: fact.seq + 1, limit: 500 } })
    for (const each of news) await output.item(each, () => factLine(each))
    seen = fact.seq
  }
}

function queryOf({ world, options }: Session, { since, until, ...rest }: Filter) {
  const at = (text: string | undefined) => (text === undefined ? undefined : pointInTime(text, world.clock.now()))
  return { project: options.project, ...rest, since: at(since), until: at(until) }
}

function exporting(open: Open) {
  return filtered(new Command('export'))
    .description(
      'Print the journal for other programs, whole or filtered, with its hashes: `signalbox audit verify --file` looks at a file ' +
        'of JSON lines without the server.',
    )
    .addOption(
      new Option('--format <format>', 'JSON lines, or CSV for a spreadsheet')
        .choices(['jsonl', 'csv'] as const)
        .default('jsonl' as const),
    )
    .addOption(new Option('--after <number>', 'go on after this fact').argParser(factNumber))
    .action(async ({ format, after, ...filter }) => {
      const session = open()
      const client = await session.client()
      const { head, row } = tables[format]
      if (head !== null) await session.output.document(`${head}\n`)
      for await (const fact of client.follow('facts.export', { query: { after, ...queryOf(session, filter) } })) {
        await session.output.document(`${row(fact)}\n`)
      }
    })
}

function verify(open: Open) {
  return new Command('verify')
    .description('Derive the whole hash chain of the journal again. Exits with 1 when it does not hold.')
    .option('--file <file>', 'look at a file of `audit export` instead, without the server; - is standard input')
    .action(async ({ file }) => {
      const session = open()
      const { output, end } = session
      if (file !== undefined) return await verifyFile(session, file)
      const verdict = await (await session.client()).call('facts.verify')
      const { holds, facts, head, brokenAt } = verdict
      await output.show(verdict, () => [
        holds
          ? [green('The chain holds: '), `${facts} facts, head ${head}`]
          : [red('The chain is broken'), ` at fact ${brokenAt ?? '?'} of ${facts}`],
      ])
      if (!holds) end(exitCodes.failed)
    })
}
