import { Command } from '@commander-js/extra-typings'
import { waitLimitOption } from '../options.ts'
import { followRun } from '../run-following.ts'
import type { Open } from '../session.ts'
import { runLines } from '../show/run.ts'

export function rerunCommand(open: Open) {
  return new Command('rerun')
    .summary('run again what did not succeed')
    .description('Run again the jobs of a run that did not succeed: the same commit, and what succeeded is kept.')
    .argument('<run>', 'its id: r17')
    .option('--failed', 'only what did not succeed, which is what it always does')
    .option('--wait', 'follow it to its end, and end as it does')
    .addOption(waitLimitOption())
    .action(async (id, { wait = false, waitTimeout }) => {
      const session = open()
      const run = await (await session.client()).call('runs.rerun', { params: { run: id } })
      if (wait) return await followRun(session, id, waitTimeout)
      await session.output.show(run, () => runLines(run))
    })
}
