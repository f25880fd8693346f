import { Command } from '@commander-js/extra-typings'
import type { Open } from '../session.ts'
import { applyCommand } from './env/apply.ts'
import { diffCommand } from './env/diff.ts'
import { historyCommand } from './env/history.ts'
import { listCommand } from './env/list.ts'
import { matrixCommand, unusedCommand } from './env/matrix.ts'
import { setCommand, unsetCommand } from './env/set.ts'
import { unwaiveCommand, waiveCommand } from './env/waive.ts'

export function envCommand(open: Open) {
  return new Command('env')
    .summary('variables and secrets of an environment')
    .description(
      'Variables and secrets of an environment. What runs gets a change when it is applied, or with the next deployment.',
    )
    .addCommand(listCommand(open))
    .addCommand(setCommand(open))
    .addCommand(unsetCommand(open))
    .addCommand(applyCommand(open))
    .addCommand(waiveCommand(open))
    .addCommand(unwaiveCommand(open))
    .addCommand(matrixCommand(open))
    .addCommand(diffCommand(open))
    .addCommand(historyCommand(open))
    .addCommand(unusedCommand(open))
}
