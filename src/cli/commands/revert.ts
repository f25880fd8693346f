import { Command } from '@commander-js/extra-typings'
import { shortSha } from '../../lib/short-text.ts'
import type { Open } from '../session.ts'
import { cyan } from '../text.ts'

export function revertCommand(open: Open) {
  return new Command('revert')
    .summary('make a commit that takes a change back')
    .description(
      'Make a commit that takes back what a commit, or the commit of a deployment, changed; on a branch of its own, on top of ' +
        'the branch that was last deployed from. Nothing is deployed by it: merge it like any other change.',
    )
    .argument('<deployment|commit>', 'd42, or a commit, branch or tag')
    .action(async (of) => {
      const { client, project, output } = open()
      const api = await client()
      const made = await api.call('reverts.create', { params: { project: await project() }, body: { of } })
      await output.show(made, () => [
        [`${shortSha(made.commit)} takes back ${shortSha(made.reverts)}, on the branch `, cyan(made.branch)],
        ['Merge it with: ', cyan(`git fetch signalbox ${made.branch} && git merge FETCH_HEAD`)],
      ])
    })
}
