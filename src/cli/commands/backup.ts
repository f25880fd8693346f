import { Command } from '@commander-js/extra-typings'
import type { BackupsView, BackupView } from '../../api/views.ts'
import { isOverdue } from '../../domain/server-backup.ts'
import { sizeText } from '../../lib/size-text.ts'
import { ago, brief } from '../../lib/time-text.ts'
import type { Open, Session } from '../session.ts'
import { bold, dim, green, listing, red, type Text, table, yellow } from '../text.ts'
import { configOf } from './server.ts'

export function backupCommand(open: Open) {
  return new Command('backup')
    .summary('take backups of the server, list and verify them')
    .description(
      'Backups of the server: what it has recorded, its repositories, releases and logs. Not in it: the key of its secrets, tokens, ' +
        'and what the apps themselves keep. `signalbox restore` brings one back.',
    )
    .addCommand(take(open), { isDefault: true })
    .addCommand(list(open))
    .addCommand(verify(open))
}

const data = ['--data <folder>', 'of a server on this machine, which is not asked and may be down'] as const
const backups = ['--backups <folder>', 'with --data: the folder of the backups (otherwise SIGNALBOX_BACKUPS)'] as const

interface Where {
  readonly data?: string | undefined
  readonly backups?: string | undefined
}

function take(open: Open) {
  return new Command('take')
    .description('Take one now, while everything goes on.')
    .option(...data)
    .option(...backups)
    .option('--keep-backups <number>', 'with --data: how many are kept (otherwise SIGNALBOX_KEEP_BACKUPS, or 7)')
    .action(async (where) => {
      const session = open()
      const taken =
        where.data === undefined
          ? await (await session.client()).call('server.backup')
          : await (await onMachine(session, where)).take(session.world.signal)
      await session.output.show(taken, () => told(taken))
    })
}

function list(open: Open) {
  return new Command('list')
    .description('List them, newest first.')
    .option(...data)
    .option(...backups)
    .action(async (where) => {
      const session = open()
      const seen =
        where.data === undefined
          ? await (await session.client()).call('server.backups')
          : await (await onMachine(session, where)).seen()
      await session.output.show(seen, () => shown(seen, session.world.clock.now()))
    })
}

function verify(open: Open) {
  return new Command('verify')
    .description('Read all of one again: whether it is whole, and still what was written.')
    .argument('<backup>', 'its name, as `signalbox backup list` has it')
    .option(...data)
    .option(...backups)
    .action(async (backup, where) => {
      const session = open()
      const verified =
        where.data === undefined
          ? await (await session.client()).call('server.backup_verify', { params: { backup } })
          : await (await onMachine(session, where)).verify(backup, session.world.signal)
      await session.output.show(verified, () => [[green('whole'), ` ${backup}`]])
    })
}

async function onMachine(session: Session, where: Where) {
  return await session.world.backups(configOf(session, { ...where }))
}

function told(taken: BackupView): readonly Text[] {
  const { name, bytes, facts, projects, releases, logs, lost } = taken
  return [
    ...table([
      [dim('backup'), bold(name)],
      [dim('size'), sizeText(bytes)],
      [dim('holds'), `${facts} facts, ${projects} projects, ${releases} releases, ${logs ?? 'no'} logs`],
    ]),
    ...(lost === 0 ? [] : [[yellow('not in it'), `: ${lost} archives of releases, which the server has lost`]]),
    'The key that secrets are encrypted with is in no backup: keep it elsewhere.',
  ]
}

function shown({ folder, everyMs, keep, backups: all, unreadable, failed }: BackupsView, now: number): readonly Text[] {
  if (folder === null) return ['None: the server was given no folder for backups (--backups).']
  const rows = all.map((each) => [
    each.name,
    ago(each.takenAt, now),
    sizeText(each.bytes),
    each.program,
    checkedText(each, now),
  ])
  const newestAt = all[0]?.takenAt ?? null
  return [
    ...(all.length === 0 ? [] : listing(['backup', 'taken', 'size', 'by', 'verified'], rows)),
    ...unreadable.map(({ name, problem }): Text => [red('unreadable'), ` ${name}: ${problem}`]),
    `In ${folder}, ${everyMs === null ? 'when somebody asks' : `one every ${brief(everyMs)}`}; the newest ${keep} are kept.`,
    ...(failed === null ? [] : [[red('failed'), ` ${ago(failed.at, now)}: ${failed.problem}`]]),
    ...(failed === null && isOverdue({ now, everyMs, newestAt })
      ? [yellow('The newest is older than it should be.')]
      : []),
  ]
}

function checkedText({ checked }: BackupView, now: number): Text {
  if (checked === null) return 'when it was taken'
  return checked.problem === null ? ago(checked.at, now) : red(`damaged: ${checked.problem}`)
}
