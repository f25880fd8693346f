import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { FreezeStatusView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { moment } from '../../lib/time-text.ts'
import { duration, environmentArgument } from '../options.ts'
import type { Open } from '../session.ts'
import { freezeLines } from '../show/freeze.ts'
import { yellow } from '../text.ts'

export function freezeCommand(open: Open) {
  return new Command('freeze')
    .summary('let nothing be deployed to an environment for a time')
    .description(
      'Freeze an environment for a time: deployments wait in the queue until it is over. Rollbacks and scaling go all the same, and the ' +
        'record says so. Windows that come again and again stand in signalbox.yml (`policies.freezes`).',
    )
    .addCommand(start(open), { isDefault: true })
    .addCommand(list(open))
    .addCommand(override(open))
}

function start(open: Open) {
  return new Command('start')
    .description('Freeze an environment, from now or from a moment on.')
    .addArgument(environmentArgument())
    .requiredOption('--reason <text>', 'why, for those who wait')
    .option('--from <time>', 'when it begins, such as 2026-12-24T16:00Z (otherwise now)', instant)
    .option('--until <time>', 'when it ends', instant)
    .addOption(new Option('--for <duration>', 'or for how long').argParser(duration).conflicts('until'))
    .action(async (environment, { reason, from, until, for: forMs }) => {
      if (until === undefined && forMs === undefined) throw neverEnds()
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const freeze = await api.call('freezes.add', { params, body: { reason, from, until, forMs } })
      const span = `from ${moment(freeze.from)} until ${moment(freeze.until)} UTC`
      await output.show(freeze, () => [[yellow('Frozen: '), `${environment}, ${span} (${freeze.id})`]])
    })
}

function neverEnds(): Fault {
  const problem = 'it never ends: expected --until or --for, and found neither'
  return new Fault('command.invalid', { details: { problem, command: 'signalbox freeze start' } })
}

function list(open: Open) {
  return new Command('list')
    .description('Show what keeps an environment frozen, now or later, and who lets things go all the same.')
    .addArgument(environmentArgument())
    .action(async (environment) => {
      const { client, project, output } = open()
      const api = await client()
      const status = await api.call('freezes.list', { params: { project: await project(), environment } })
      await output.show(status, () => (isNothing(status) ? [`${environment} is not frozen`] : freezeLines(status)))
    })
}

function override(open: Open) {
  return new Command('override')
    .description('Let deployments go for a while although the environment is frozen. The record keeps who and why.')
    .addArgument(environmentArgument())
    .requiredOption('--reason <text>', 'why it cannot wait')
    .requiredOption('--for <duration>', 'for how long', duration)
    .action(async (environment, { reason, for: forMs }) => {
      const { client, project, output } = open()
      const api = await client()
      const params = { project: await project(), environment }
      const made = await api.call('freezes.override', { params, body: { reason, forMs } })
      await output.show(made, () => [[yellow('Overridden: '), `${environment}, until ${moment(made.until)} UTC`]])
    })
}

function isNothing({ now, declared, override: made }: FreezeStatusView): boolean {
  return now === null && declared.length === 0 && made === null
}

/** A moment as ISO 8601 writes it, with its zone, so that nobody has to guess it. */
function instant(text: string): number {
  const isWhole = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)
  const ms = isWhole ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Expected a time with its zone, such as 2026-12-24T16:00Z.')
  return ms
}
