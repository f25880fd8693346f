import { Command } from '@commander-js/extra-typings'
import type { DifferenceView, VariablesWaitingView } from '../../../api/views.ts'
import { environmentArgument } from '../../options.ts'
import type { Open, Session } from '../../session.ts'
import { changesText } from '../../show/plan.ts'
import { dim, listing, type Text, yellow } from '../../text.ts'

export function diffCommand(open: Open) {
  return new Command('diff')
    .description('Show how the variables differ from those of what runs; or, with two environments, from each other.')
    .addArgument(environmentArgument())
    .argument('[other]', 'another environment')
    .action(async (environment, other) => {
      const session = open()
      if (other === undefined) await againstWhatRuns(session, environment)
      else await againstEachOther(session, [environment, other])
    })
}

async function againstWhatRuns({ client, project, output }: Session, environment: string): Promise<void> {
  const params = { project: await project(), environment }
  const apps = await (await client()).call('variables.waiting', { params })
  const isWaiting = apps.some(({ changes }) => changes !== null && changesText(changes) !== '')
  await output.show(apps, () => [
    ...apps.map((each) => [`${environment}/${each.app}: `, waitingText(each)]),
    ...(isWaiting ? [dim(`Applied by \`signalbox env apply ${environment}\`.`)] : []),
  ])
}

function waitingText({ running, newest, changes }: VariablesWaitingView): Text {
  if (changes === null) return 'nothing runs'
  const text = changesText(changes)
  if (text === '') return 'what runs has its variables as they are now'
  return [yellow(text), ` (running version ${running ?? '-'}, now version ${newest})`]
}

async function againstEachOther({ client, project, output }: Session, names: readonly [string, string]): Promise<void> {
  const [environment, other] = names
  const params = { project: await project(), environment }
  const found = await (await client()).call('variables.compare', { params, query: { with: other } })
  const rows = found.map(({ name, left, right }) => [name, sideText(left), sideText(right)])
  await output.show(found, () =>
    rows.length === 0 ? ['No difference, secrets aside.'] : listing(['variable', environment, other], rows),
  )
}

function sideText(side: DifferenceView['left']): Text {
  if (side === null) return dim('-')
  return [side.value ?? dim('(secret)'), side.from === 'set' ? '' : dim(` (${side.from})`)]
}
