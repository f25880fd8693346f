import { Command } from '@commander-js/extra-typings'
import { shortSha } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { listing } from '../text.ts'

export function eventsCommand(open: Open) {
  return new Command('events')
    .summary('list what was accepted from outside')
    .description('List what was accepted from outside, newest first: the run that each led to, or why to none.')
    .addOption(limitOption())
    .action(async ({ limit }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const events = await api.call('events.list', { params: { project: await project() }, query: { limit } })
      const now = world.clock.now()
      const rows = events.map(({ id, ref, after, by, at, run, because }) => [
        ...[id, ref.replace(/^refs\/(heads|tags)\//, ''), after === null ? 'deleted' : shortSha(after)],
        ...[by, ago(at, now), run ?? '-', because],
      ])
      await output.show(events, () => listing(['event', 'ref', 'commit', 'by', 'when', 'run', 'because'], rows))
    })
}
