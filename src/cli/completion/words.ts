import { safeText } from '../../lib/safe-text.ts'
import { optionsAt, type Place } from './place.ts'

/** A word that could stand where the cursor is, and what it means. */
export interface Word {
  readonly word: string
  readonly meaning: string
}

/** What stands for a name that the server knows: `environment`, `run`. */
export type ValuesOf = (noun: string, given: ReadonlyMap<string, string>) => Promise<readonly Word[]>

/** The shell looks for files by itself. */
export const files = 'files'

/** What may come next, as far as it begins with what is typed. */
export async function wordsAt(place: Place, valuesOf: ValuesOf): Promise<readonly Word[] | typeof files> {
  const { option, typed } = place
  const prefix = option === null ? '' : (/^--[^=]+=/s.exec(typed)?.[0] ?? '')
  const found = await allAt(place, valuesOf)
  if (found === files) return files
  return found.map((each) => ({ ...each, word: `${prefix}${each.word}` })).filter(({ word }) => isTypable(word, typed))
}

async function allAt(place: Place, valuesOf: ValuesOf): Promise<readonly Word[] | typeof files> {
  const { option, typed, mayBe } = place
  if (option !== null) return await valuesFor(nounsOfOption(option), option.argChoices, place, valuesOf)
  if (mayBe.option && typed.startsWith('-')) return optionWords(place)
  const values = await argumentWords(place, valuesOf)
  if (values === files) return files
  const words = [...(mayBe.command ? commandWords(place) : []), ...values]
  return words.length === 0 && mayBe.option && place.argument === null ? optionWords(place) : words
}

async function argumentWords({ argument, ...place }: Place, valuesOf: ValuesOf) {
  if (argument === null) return []
  return await valuesFor(argument.name().split('|'), argument.argChoices, { ...place, argument }, valuesOf)
}

async function valuesFor(
  nouns: readonly string[],
  choices: readonly string[] | undefined,
  { given }: Place,
  valuesOf: ValuesOf,
): Promise<readonly Word[] | typeof files> {
  if (choices !== undefined) return choices.map((word) => ({ word, meaning: '' }))
  if (nouns.includes('file')) return files
  const found = await Promise.all(nouns.map((noun) => valuesOf(noun, given)))
  return found.flat()
}

/** By what it takes, `<environment>`, and by its own name: `--environment <name>`. */
function nounsOfOption({ flags, ...option }: NonNullable<Place['option']>): readonly string[] {
  const [, taken = ''] = /[<[]([^>\]]+)/.exec(flags) ?? []
  return [...new Set([taken, (option.long ?? '').replace(/^--/, '')])]
}

function commandWords({ command }: Place): readonly Word[] {
  const all = command.createHelp().visibleCommands(command)
  return all.map((each) => ({ word: each.name(), meaning: each.summary() || each.description() }))
}

function optionWords({ command, given }: Place): readonly Word[] {
  return optionsAt(command)
    .filter((option) => option.variadic || !given.has(option.attributeName()))
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', meaning: description }))
}

/** What a terminal or a shell would take for something else is not offered. */
function isTypable(word: string, typed: string): boolean {
  return word.startsWith(typed) && word !== '' && safeText(word) === word
}
