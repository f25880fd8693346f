import { Command } from '@commander-js/extra-typings'
import { exitCodes } from '../exit-codes.ts'
import type { Open } from '../session.ts'

export function demoCommand(open: Open) {
  return new Command('demo')
    .summary('show the whole story with a sample app')
    .description('Start a server in a temporary directory and show the whole story with a sample app, under load.')
    .option('--exit', 'end after the story instead of leaving it running', false)
    .action(async ({ exit }) => {
      const { world, output, end } = open()
      const isGood = await world.demo({ exit, json: output.json }, world.signal)
      end(isGood ? exitCodes.ok : exitCodes.failed)
    })
}
