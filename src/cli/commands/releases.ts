import { Command } from '@commander-js/extra-typings'
import { limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { ago } from '../show/time.ts'
import { shortSha } from '../show/words.ts'
import { dim, green, listing } from '../text.ts'

export function releasesCommand(open: Open) {
  return new Command('releases')
    .summary('list releases')
    .description('List the releases of a project, newest first: where each is live, and whether one can go back to it.')
    .argument('[app]', 'only those of this app')
    .addOption(limitOption())
    .action(async (app, { limit }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const releases = await api.call('releases.list', { params: { project: await project() }, query: { app, limit } })
      const now = world.clock.now()
      const rows = releases.map((release) => [
        ...[release.app, release.version, shortSha(release.commit), ago(release.createdAt, now)],
        green(release.liveIn.join(', ')),
        release.discardedAt === null ? 'kept' : dim('discarded'),
        ...[release.run, release.title],
      ])
      await output.show(releases, () =>
        listing(['app', 'version', 'commit', 'built', 'live in', 'archive', 'run', 'title'], rows),
      )
    })
}
