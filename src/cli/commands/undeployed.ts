import { Command } from '@commander-js/extra-typings'
import type { UndeployedView } from '../../api/views.ts'
import { plural, releaseText, shortSha } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { appOption, environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { outcomeText } from '../show/words.ts'
import { bold, dim, green, listing, type Text } from '../text.ts'

export function undeployedCommand(open: Open) {
  return new Command('undeployed')
    .summary('list what an environment does not have yet')
    .description(
      'List what the branch has and the environment does not: by whom, with which pull request, in which release, and where it has been seen.',
    )
    .addArgument(environmentArgument())
    .addOption(appOption())
    .action(async (environment, { app }) => {
      const { client, project, output, world } = open()
      const question = { params: { project: await project(), environment }, query: { app } }
      const found = await (await client()).call('undeployed', question)
      await output.show(found, () => found.flatMap((each) => linesOf(each, world.clock.now())))
    })
}

function linesOf({ app, environment, live, ref, needs, changes, isCut }: UndeployedView, now: number): readonly Text[] {
  const rows = changes.map((change): readonly Text[] => [
    ...[shortSha(change.commit), change.pullRequest === null ? '' : `#${change.pullRequest}`, change.title],
    ...[change.author, ago(change.at, now), change.release ?? dim('in no release')],
    seenText(change, needs),
    runsText(change),
  ])
  const branch = ref.replace(/^refs\/(heads|tags)\//, '')
  return [
    [
      bold(`${environment}/${app}`),
      `: ${plural(changes.length, 'change')} of ${branch} not there${isCut ? ', and more' : ''}`,
    ],
    ...listing(['commit', 'pr', 'title', 'by', 'when', 'release', 'seen', 'runs'], rows),
    live === null ? 'live: nothing yet' : [green('live'), `: ${releaseText(live)}, since ${live.deployment}`],
  ]
}

type Change = UndeployedView['changes'][number]

function seenText({ seenIn, isReady }: Change, needs: readonly string[]): Text {
  const told = needs.length === 0 ? seenIn : seenIn.filter((name) => needs.includes(name))
  if (told.length === 0) return dim('nowhere')
  return isReady ? green(told.join(', ')) : told.join(', ')
}

function runsText({ runs }: Change): Text {
  return runs.flatMap(({ id, outcome }, index): Text[] => [
    ...(index === 0 ? [] : [', ']),
    `${id} `,
    outcome === null ? 'is running' : outcomeText(outcome),
  ])
}
