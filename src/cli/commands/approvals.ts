import { Command } from '@commander-js/extra-typings'
import type { AwaitingView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { listing, type Text } from '../text.ts'

export function approvalsCommand(open: Open) {
  return new Command('approvals')
    .summary('what waits for somebody to say yes')
    .description(
      'List everything that waits for somebody to say yes, in all projects or with --project in one: deployments, commands, ' +
        'and proposals from outside. `signalbox approve ID` and `reject ID` answer.',
    )
    .action(async () => {
      const { client, options, output, world } = open()
      const awaiting = await (await client()).call('approvals.list', { query: { project: options.project } })
      await output.show(awaiting, () => lines(awaiting, world.clock.now()))
    })
}

function lines(awaiting: AwaitingView, now: number): readonly Text[] {
  const rows = rowsOf(awaiting, now)
  return rows.length === 0
    ? ['Nothing waits for approval.']
    : listing(['what', 'where', 'for', 'by', 'since', ''], rows)
}

function rowsOf({ deployments, oneOffs, runs }: AwaitingView, now: number): readonly (readonly Text[])[] {
  return [
    ...deployments.map(({ deployment: { id, track, release, reason, by, createdAt }, title }) => [
      ...[id, track, `${reason} ${releaseText(release)}`, by, ago(createdAt, now), title],
    ]),
    ...oneOffs.map(({ id, track, name, command, by, createdAt }) => [
      ...[id, track, `run ${name ?? command.join(' ')}`, by, ago(createdAt, now), ''],
    ]),
    ...runs.map(({ id, project, branch, by, createdAt, title }) => [
      ...[id, project, `proposal${branch === null ? '' : ` ${branch}`}`, by, ago(createdAt, now), title],
    ]),
  ]
}
