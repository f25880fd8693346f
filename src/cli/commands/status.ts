import { Command } from '@commander-js/extra-typings'
import type { Open } from '../session.ts'
import { trackLines } from '../show/status.ts'

export function statusCommand(open: Open) {
  return new Command('status')
    .summary('show what runs where, and what waits for what')
    .description(
      'Show for each app in each environment what should run, what was last tried, what the target says runs, and what ' +
        'visitors get; the lock, the queue, and what waits for whom.',
    )
    .argument('[environment]', 'only this one')
    .action(async (environment) => {
      const { client, project, output, world } = open()
      const api = await client()
      const tracks = await api.call('status', { params: { project: await project() }, query: { environment } })
      const now = world.clock.now()
      await output.show(tracks, () =>
        tracks.length === 0 ? ['No environments yet.'] : tracks.flatMap((track) => trackLines(track, now)),
      )
    })
}
