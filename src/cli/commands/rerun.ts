import { Command } from '@commander-js/extra-typings'
import type { Open } from '../session.ts'
import { runLines } from '../show/run.ts'

export function rerunCommand(open: Open) {
  return new Command('rerun')
    .summary('run again what did not succeed')
    .description('Run again the jobs of a run that did not succeed: the same commit, and what succeeded is kept.')
    .argument('<run>', 'its id: r17')
    .option('--failed', 'only what did not succeed, which is what it always does')
    .action(async (id) => {
      const { client, output } = open()
      const run = await (await client()).call('runs.rerun', { params: { run: id } })
      await output.show(run, () => runLines(run))
    })
}
