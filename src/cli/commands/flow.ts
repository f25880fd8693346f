import { Command } from '@commander-js/extra-typings'
import type { FlowView } from '../../api/views.ts'
import { shortSha } from '../../lib/short-text.ts'
import { commitMeant } from '../commit.ts'
import type { Open } from '../session.ts'
import { bold, dim, green, listing, red, type Text, yellow } from '../text.ts'

export function flowCommand(open: Open) {
  return new Command('flow')
    .summary('tell how far a commit has come')
    .description('Tell how far a commit or release has come over all environments, wave by wave.')
    .argument('<commit>', 'a version or another name of a release, a commit, branch or tag, or HEAD')
    .action(async (named) => {
      const { client, project, output, world } = open()
      const api = await client()
      const params = { project: await project(), named: await commitMeant(world, named) }
      const flow = await api.call('flow', { params })
      await output.show(flow, () => linesOf(flow))
    })
}

function linesOf({ commit, title, releases, steps }: FlowView): readonly Text[] {
  const built = releases.map(({ app, version }) => `${app} ${version}`).join(', ')
  const rows = steps.map((step) => [
    ...[`${step.wave}`, `${step.environment}/${step.app}`, stateText(step.state)],
    step.deployment ?? dim('–'),
    step.because,
    step.url ?? '',
  ])
  return [
    [bold(shortSha(commit)), ` "${title}" ${built === '' ? 'has no release' : `is ${built}`}`],
    ...listing(['wave', 'where', 'state', 'by', 'because', 'url'], rows),
  ]
}

function stateText(state: FlowView['steps'][number]['state']): Text {
  if (state === 'live' || state === 'succeeded') return green(state)
  if (state === 'failed' || state === 'errored') return red(state)
  return state === 'open' || state === 'later' ? state : yellow(state)
}
