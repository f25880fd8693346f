import { Argument, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { parseDuration } from '../lib/duration.ts'

/** Options and arguments that several commands take, so that they are called and read alike. */

export const environmentArgument = () => new Argument('<environment>', 'the environment')

export const appOption = () => new Option('--app <app>', 'the app, where the environment has several')

export const commentOption = () => new Option('--comment <text>', 'a word for the record')

export const limitOption = () =>
  new Option('--limit <count>', 'how many at most').argParser(wholeNumber({ from: 1, to: 500 })).default(20)

export const waitOption = () =>
  new Option('--wait', 'wait to the end, also for people and locks (otherwise it ends with 4 when they are needed)')

export const noWaitOption = () => new Option('--no-wait', 'only ask for it')

export const waitLimitOption = () =>
  new Option('--wait-timeout <duration>', 'how long to wait at most').argParser(duration).default(hourMs, '1h')

const hourMs = 3_600_000

/** `30s`, `2h`, `1d12h` → milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms === 0) throw new InvalidArgumentError('Expected a duration such as 30s, 2h or 1d12h.')
  return ms
}

/** `2026-11-21`, `2026-11-21T05:30Z`, or `2d` for so long ago → milliseconds since 1970 UTC. Without a zone it is UTC. */
export function pointInTime(text: string, now: number): number {
  const agoMs = parseDuration(text)
  if (agoMs !== null) return now - agoMs
  const [, day, time = 'T00:00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ?? []
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time.replace('T', '')}${zone}`)
  if (!Number.isNaN(at)) return at
  throw new InvalidArgumentError('Expected a time such as 2026-11-21, 2026-11-21T05:30Z, or 2d for two days ago.')
}

export function wholeNumber({ from, to }: { readonly from: number; readonly to: number }) {
  return (text: string): number => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= from && number <= to) return number
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`)
  }
}

/** `web=3` as one more of them. */
export function count(text: string, counts: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [, process, number] = /^([^=]+)=(\d{1,4})$/.exec(text) ?? []
  if (process === undefined) throw new InvalidArgumentError('Expected PROCESS=NUMBER, such as web=3.')
  return { ...counts, [process]: Number(number) }
}
