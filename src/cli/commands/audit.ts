import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import { exitCodes } from '../exit-codes.ts'
import { limitOption } from '../options.ts'
import type { Open, Session } from '../session.ts'
import { factLine } from '../show/fact.ts'
import { green, red } from '../text.ts'

export function auditCommand(open: Open) {
  return new Command('audit')
    .summary('read and verify the journal')
    .description(
      'Read the journal of everything that happened, oldest first: of all projects, or of one with --project.',
    )
    .addOption(limitOption())
    .option('-f, --follow', 'go on with what comes')
    .option('--subject <id>', 'only what is about this: d42, r17, shop/production')
    .action(async ({ limit, follow, subject }) => {
      const session = open()
      await show(session, await session.client(), { limit, follow: follow === true, subject })
    })
    .addCommand(verify(open))
}

interface Reading {
  readonly limit: number
  readonly follow: boolean
  readonly subject: string | undefined
}

async function show({ output, options }: Session, client: Client, { limit, follow, subject }: Reading): Promise<void> {
  const { project } = options
  const facts = await client.call('facts.list', { query: { limit, project, subject } })
  if (!follow) return output.show(facts, () => facts.map(factLine))
  for (const fact of facts) await output.item(fact, () => factLine(fact))
  const after = facts.at(-1)?.seq ?? 0
  for await (const fact of client.follow('facts.follow', { query: { project, after } })) {
    if (subject === undefined || fact.subject === subject) await output.item(fact, () => factLine(fact))
  }
}

function verify(open: Open) {
  return new Command('verify')
    .description('Derive the whole hash chain of the journal again. Exits with 1 when it does not hold.')
    .action(async () => {
      const { client, output, end } = open()
      const verdict = await (await client()).call('facts.verify')
      const { holds, facts, head, brokenAt } = verdict
      await output.show(verdict, () => [
        holds
          ? [green('The chain holds: '), `${facts} facts, head ${head}`]
          : [red('The chain is broken'), ` at fact ${brokenAt ?? '?'} of ${facts}`],
      ])
      if (!holds) end(exitCodes.failed)
    })
}
