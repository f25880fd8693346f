import { resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { ago, moment } from '../../lib/time-text.ts'
import type { Open } from '../session.ts'
import { bold, cyan, dim, type Text, table, yellow } from '../text.ts'
import type { Restored } from '../world.ts'
import { configOf } from './server.ts'

export function restoreCommand(open: Open) {
  return new Command('restore')
    .summary('make a data directory from a backup')
    .description(
      'Make the data directory of a server what it was when a backup was taken: all of it or nothing. No server may be at work in it. ' +
        'What runs of the apps is not touched; the server looks at it when it is started.',
    )
    .argument('<path>', 'of a backup: the folder of backups, and its name')
    .requiredOption('--data <folder>', 'the data directory: a new or an empty folder')
    .option('--replace', 'where a server was: move aside what is there')
    .option('--key <file>', 'the key that secrets are encrypted with (otherwise secrets.key in the data directory)')
    .option('--key-file <file>', 'where the server will look for the key (otherwise SIGNALBOX_KEY_FILE)')
    .option('--without-key', 'the key is lost: secrets will have to be set anew')
    .action(async (backup, { data, replace, key, keyFile, withoutKey }) => {
      const session = open()
      const { world, output } = session
      const config = configOf(session, { data: resolve(world.folder, data), keyFile })
      const restored = await world.restore(
        {
          ...{
            backup: resolve(world.folder, backup),
            config,
            key: key === undefined ? null : resolve(world.folder, key),
          },
          ...{ withoutKey: withoutKey === true, replace: replace === true },
        },
        world.signal,
      )
      await output.show(restored, () => told(restored, world.clock.now()))
    })
}

function told({ backup, data, aside, hasKey }: Restored, now: number): readonly Text[] {
  const { takenAt, lost } = backup
  return [
    ...table([
      [dim('restored'), bold(backup.name), dim(`taken ${ago(takenAt, now)}, by Signalbox ${backup.program}`)],
      [dim('into'), data],
      ...(aside === null ? [] : [[dim('before'), `${aside}, to be deleted when you are sure`]]),
    ]),
    ...(lost === 0 ? [] : [[yellow('missing'), ` ${lost} archives of releases, which the server had lost by then`]]),
    ...(hasKey ? [] : [[yellow('no key'), ': secrets cannot be read; set them anew once the server runs']]),
    '',
    'Next:',
    ['  ', cyan(`signalbox server --data ${data}`), ' and the flags it had'],
    `  What was pushed, decided or changed since ${moment(takenAt)} UTC is not known to it: push again, and look at`,
    '  `signalbox status`, which tells what really runs. Everybody signs in anew; tokens are as they were then, so revoke',
    '  again those that were revoked since.',
  ]
}
