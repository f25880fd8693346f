import { Command } from '@commander-js/extra-typings'
import type { ExplanationView } from '../../api/views.ts'
import { commitMeant } from '../commit.ts'
import type { Open } from '../session.ts'
import { shortSha } from '../show/words.ts'
import { bold, cyan, green, red, type Text, table } from '../text.ts'

export function explainCommand(open: Open) {
  return new Command('explain')
    .summary('tell why a commit is, or is not, live')
    .description('Tell what became of a commit, and why it is, or is not, live in each environment.')
    .argument('<commit>', '7 or more digits, a branch or a tag, or HEAD for what is checked out here')
    .action(async (named) => {
      const { client, project, output, world } = open()
      const api = await client()
      const commit = await commitMeant(world, named)
      const explanation = await api.call('explain', { params: { project: await project(), commit } })
      await output.show(explanation, () => linesOf(explanation))
    })
}

function linesOf({ commit, title, story, environments }: ExplanationView): readonly Text[] {
  const rows = environments.map(({ track, live, because, openedBy }): readonly Text[] => {
    const [, app = '', environment = ''] = track.split('/')
    const opener: Text = openedBy === null ? '' : ['; opened by ', cyan(openedBy)]
    return [`${environment}/${app}`, live ? green('live') : red('not live'), [because, opener]]
  })
  return [
    [bold(shortSha(commit)), ` "${title}"`],
    ...story.flatMap((sentence) => sentence.split('\n').map((line, index) => `${index === 0 ? '  ' : '    '}${line}`)),
    ...table(rows).map((row): Text => ['  ', row]),
  ]
}
