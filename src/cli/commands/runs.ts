import { Command } from '@commander-js/extra-typings'
import { shortSha } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { limitOption, waitLimitOption } from '../options.ts'
import { followRun } from '../run-following.ts'
import type { Open } from '../session.ts'
import { lapLines } from '../show/energy.ts'
import { adviceLines, lackLines, runLines, runState } from '../show/run.ts'
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
    .description('Show one run with its jobs, and what they took.')
    .argument('<run>', 'its id: r17')
    .option('--wait', 'follow it to its end, and end as it does')
    .addOption(waitLimitOption())
    .action(async (id, { wait = false, waitTimeout }) => {
      const session = open()
      if (wait) return await followRun(session, id, waitTimeout)
      const run = await (await session.client()).call('runs.show', { params: { run: id } })
      await session.output.show(run, () => [
        ...runLines(run),
        ...lackLines(run.lacks),
        ...adviceLines(run),
        ...lapLines(run),
      ])
    })
}
