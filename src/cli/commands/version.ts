import { Command } from '@commander-js/extra-typings'
import type { Open } from '../session.ts'
import { programVersion } from '../version.ts'

export function versionCommand(open: Open) {
  return new Command('version')
    .summary('tell the version of this program')
    .description('Tell the version of this program.')
    .action(async () => {
      const version = await programVersion()
      await open().output.show({ name: 'signalbox', version }, () => [`signalbox ${version}`])
    })
}
