import { Command } from '@commander-js/extra-typings'
import { limitOption } from '../options.ts'
import type { Open } from '../session.ts'
import { adviceLines, lackLines, runLines, runState } from '../show/run.ts'
import { ago } from '../show/time.ts'
import { shortSha } from '../show/words.ts'
import { listing } from '../text.ts'

export function runsCommand(open: Open) {
  return new Command('runs')
    .summary('what pushes set off')
    .description('Look at runs: what pushes set off, with their checks and builds.')
    .addCommand(list(open), { isDefault: true })
    .addCommand(show(open))
}

function list(open: Open) {
  return new Command('list')
    .description('List runs, newest first.')
    .addOption(limitOption())
    .action(async ({ limit }) => {
      const { client, project, output, world } = open()
      const api = await client()
      const runs = await api.call('runs.list', { query: { project: await project(), limit } })
      const now = world.clock.now()
      const rows = runs.map((run) => [
        ...[run.id, run.branch ?? '-', shortSha(run.commit), runState(run), run.by, ago(run.createdAt, now)],
        run.title,
      ])
      await output.show(runs, () => listing(['run', 'branch', 'commit', 'state', 'by', 'when', 'title'], rows))
    })
}

function show(open: Open) {
  return new Command('show')
    .description('Show one run with its jobs.')
    .argument('<run>', 'its id: r17')
    .action(async (id) => {
      const { client, output } = open()
      const run = await (await client()).call('runs.show', { params: { run: id } })
      await output.show(run, () => [...runLines(run), ...lackLines(run.lacks), ...adviceLines(run)])
    })
}
