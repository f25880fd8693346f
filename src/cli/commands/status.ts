import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import type { DeploymentView, TrackView } from '../../api/views.ts'
import { projectOrNone } from '../project.ts'
import type { Open } from '../session.ts'
import { overviewLines } from '../show/overview.ts'
import { fullNote, trackLines } from '../show/status.ts'

export function statusCommand(open: Open) {
  return new Command('status')
    .summary('show what runs where, and what waits for what')
    .description(
      'Show for each app in each environment what should run, what was last tried, what the target says runs, and what ' +
        'visitors get; the lock, the queue, and what waits for whom. Where no project is named and none is meant by the folder, ' +
        'what is live where in all of them.',
    )
    .argument('[environment]', 'only this one')
    .action(async (environment) => {
      const session = open()
      const { client, output, world } = session
      const api = await client()
      const { full } = await api.call('health')
      if (full.length > 0) output.note(fullNote(full))
      const project = environment === undefined ? await projectOrNone(session) : await session.project()
      if (project === null) {
        const projects = await api.call('overview', {})
        return await output.show(projects, () => overviewLines(projects, world.clock.now()))
      }
      const tracks = await api.call('status', { params: { project }, query: { environment } })
      const now = world.clock.now()
      const made = output.json ? [] : await deploymentsThatMade(api, tracks)
      await output.show(tracks, () =>
        tracks.length === 0 ? ['No environments yet.'] : tracks.flatMap((track) => trackLines(track, { made, now })),
      )
    })
}

/** For age and by whom: the deployments that left what is live. */
async function deploymentsThatMade(client: Client, tracks: readonly TrackView[]): Promise<readonly DeploymentView[]> {
  const attempted = tracks.map((track) => track.attempted).filter((each) => each !== null)
  const ids = tracks.flatMap(({ desired }) => (desired === null ? [] : [desired.deployment]))
  return await Promise.all(
    ids.map(
      async (deployment) =>
        attempted.find(({ id }) => id === deployment) ?? client.call('deployments.show', { params: { deployment } }),
    ),
  )
}
