import { basename, join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
import { exists, writeFileAtomic } from '../../system/files.ts'
import { gitText } from '../git.ts'
import { repositoryFiles } from '../repository-files.ts'
import type { Open } from '../session.ts'
import { bold, cyan } from '../text.ts'
import type { World } from '../world.ts'

const file = 'signalbox.yml'

export function initCommand(open: Open) {
  return new Command('init')
    .summary('write a first signalbox.yml')
    .description('Write a first signalbox.yml for the repository in this folder, and say what was guessed and why.')
    .option('--force', 'replace the one that is there')
    .option('--print', 'print it instead of writing it')
    .action(async ({ force, print }) => {
      const { world, output } = open()
      const path = join(world.folder, file)
      if (!force && !print && (await exists(path))) throw new Fault('file.exists', { details: { path: file } })
      // Every other call does without the schema of the configuration, which takes a while to build.
      const { guess } = await import('../../config/init.ts')
      const { text, guesses } = guess(await repositoryFiles(world), {
        folder: basename(world.folder),
        branch: await branchOf(world),
      })
      if (!print) await writeFileAtomic(path, text)
      const above = await rootAbove(world)
      if (above !== null) output.note(`The repository begins at ${above}: Signalbox reads ${file} there.`)
      await output.show({ file: print ? null : path, text, guesses }, () =>
        print
          ? text.trimEnd().split('\n')
          : [
              [bold(`Wrote ${file}`), ', from these guesses:'],
              ...guesses.map((sentence) => `  - ${sentence}`),
              ['Look it through, then check it with ', cyan('signalbox validate')],
            ],
      )
    })
}

/** The branch that people are on; none in a folder that is no repository. */
async function branchOf(world: World): Promise<string> {
  return (await gitText(world, 'symbolic-ref', '--short', '--quiet', 'HEAD'))?.trim() ?? ''
}

/** The top of the repository, when that is not this folder. */
async function rootAbove(world: World): Promise<string | null> {
  const prefix = (await gitText(world, 'rev-parse', '--show-prefix'))?.trim() ?? ''
  if (prefix === '') return null
  return join(
    world.folder,
    ...prefix
      .split('/')
      .filter((part) => part !== '')
      .map(() => '..'),
  )
}
