import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { issuesOf, type RequestIssue } from '../api/refusal.ts'
import { showDuration } from '../lib/duration.ts'
import { Fault } from '../lib/fault.ts'

/** A request that the server refused, told as words of the command line where it came from them; otherwise as it is. */
export function inWordsOf(command: CommandUnknownOpts, error: unknown): unknown {
  if (!(error instanceof Fault)) return error
  const told = issuesOf(error).map((issue) => problemIn(command, issue))
  if (told.length === 0 || told.includes(null)) return error
  const details = { problem: told.join('; '), command: pathOf(command) }
  return new Fault('command.invalid', { details, cause: error })
}

/** `--plan: "0000"; expected 64 hexadecimal digits` */
function problemIn(
  command: CommandUnknownOpts,
  { path: [field = '', ...within], problem }: RequestIssue,
): string | null {
  const word = namesFor(field).flatMap((name) => wordOf(command, name) ?? [])[0]
  if (word === undefined) return null
  const value = within.reduce<unknown>((whole, key) => Object(whole)[key], word.value)
  return `${word.flag}: ${found(field, value)}; ${problem.replace(/^(?:Too small|Too big|Invalid \w+): /, '')}`
}

/** The words a field of a request may come from. */
function namesFor(field: string): readonly string[] {
  return otherNames[field] ?? [field, field.replace(/Ms$/, '')]
}

const otherNames: Readonly<Record<string, readonly string[]>> = {
  comment: ['comment', 'reason'],
  overrideFreeze: ['reason'],
  overrideHold: ['reason'],
  roles: ['role', 'roles'],
  token: ['name'],
}

interface Word {
  readonly flag: string
  readonly value: unknown
}

/** Null unless it was typed: what is left out was never wrong. */
function wordOf(command: CommandUnknownOpts, name: string): Word | null {
  const option = command.options.find((each) => each.attributeName() === name)
  const at = command.registeredArguments.findIndex((each) => each.name() === name)
  const value: unknown = option === undefined ? command.processedArgs[at] : command.getOptionValue(name)
  if (value !== undefined) return { flag: option?.long ?? `<${name}>`, value }
  return command.parent === null ? null : wordOf(command.parent, name)
}

function found(field: string, value: unknown): string {
  return field.endsWith('Ms') && typeof value === 'number' ? showDuration(value) : short(JSON.stringify(value) ?? '')
}

function short(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

/** `signalbox freeze start` */
export function pathOf(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}
