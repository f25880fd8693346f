import type { CommandUnknownOpts } from '@commander-js/extra-typings'

type AnyOption = CommandUnknownOpts['options'][number]
type AnyArgument = CommandUnknownOpts['registeredArguments'][number]

/** Where the cursor stands in a line that is being typed. */
export interface Place {
  readonly command: CommandUnknownOpts
  /** What stands before the cursor in its word. */
  readonly typed: string
  /** The option whose value is typed; null when it is none. */
  readonly option: AnyOption | null
  /** The argument that would be next; null when there is none left. */
  readonly argument: AnyArgument | null
  /** Options and commands may still come: no `--` so far, nor an argument that is no name of a command. */
  readonly mayBe: { readonly option: boolean; readonly command: boolean }
  /** Options and arguments that are there already, by the name of each. */
  readonly given: ReadonlyMap<string, string>
}

/** Reads the words before the one that is typed as the program itself would. */
export function placeOf(program: CommandUnknownOpts, words: readonly string[], typed: string): Place {
  const reading = new Reading(program)
  for (const word of words) reading.read(word)
  return reading.at(typed)
}

class Reading {
  #command: CommandUnknownOpts
  #option: AnyOption | null = null
  #arguments = 0
  #onlyArguments = false
  readonly #given = new Map<string, string>()

  constructor(program: CommandUnknownOpts) {
    this.#command = program
  }

  read(word: string): void {
    if (this.#option !== null) this.#readValue(this.#option, word)
    else if (this.#onlyArguments) this.#readArgument(word)
    else if (word === '--') this.#onlyArguments = true
    else if (word.startsWith('-')) this.#readOption(word)
    else this.#readPlain(word)
  }

  at(typed: string): Place {
    const [, flag] = /^(--[^=]+)=/s.exec(typed) ?? []
    const inWord = flag === undefined || this.#onlyArguments ? null : optionOf(this.#command, flag)
    return {
      ...{ command: this.#command, typed, given: this.#given },
      option: this.#option ?? (inWord !== null && takesValue(inWord) ? inWord : null),
      argument: this.#argument(),
      mayBe: { option: !this.#onlyArguments, command: !this.#onlyArguments && this.#arguments === 0 },
    }
  }

  #readOption(word: string): void {
    const [flag = '', value] = word.split(/=(.*)/s)
    const option = optionOf(this.#command, flag)
    if (option === null) return
    if (value !== undefined) this.#given.set(option.attributeName(), value)
    else if (option.required) this.#option = option
    else this.#given.set(option.attributeName(), '')
  }

  #readValue(option: AnyOption, word: string): void {
    this.#given.set(option.attributeName(), word)
    this.#option = null
  }

  #readPlain(word: string): void {
    const sub = this.#arguments > 0 ? undefined : this.#command.commands.find((each) => isCalled(each, word))
    if (sub === undefined) this.#readArgument(word)
    else this.#command = sub
  }

  #readArgument(word: string): void {
    const argument = this.#argument()
    if (this.#arguments === 0) this.#command = defaultOf(this.#command) ?? this.#command
    if (argument !== null) this.#given.set(argument.name(), word)
    this.#arguments += 1
  }

  #argument(): AnyArgument | null {
    const all = (defaultOf(this.#command) ?? this.#command).registeredArguments
    const last = all.at(-1)
    return all[this.#arguments] ?? (last?.variadic === true ? last : null)
  }
}

/** Options that may stand here: the command's own, and those of all. */
export function optionsAt(command: CommandUnknownOpts): readonly AnyOption[] {
  const help = command.createHelp()
  const own = [...(defaultOf(command)?.options ?? []), ...help.visibleOptions(command)]
  return [...own, ...help.visibleGlobalOptions(command)].filter(({ hidden }) => !hidden)
}

function optionOf(command: CommandUnknownOpts, flag: string): AnyOption | null {
  return optionsAt(command).find(({ long, short }) => [long, short].includes(flag)) ?? null
}

function takesValue(option: AnyOption): boolean {
  return option.required || option.optional
}

function isCalled(command: CommandUnknownOpts, word: string): boolean {
  return command.name() === word || command.aliases().includes(word)
}

/** What a group does when none of its commands is named. Commander knows, and has no public word for it. */
function defaultOf(group: CommandUnknownOpts): CommandUnknownOpts | undefined {
  const name: unknown = Reflect.get(group, '_defaultCommandName')
  return group.commands.find((each) => each.name() === name)
}
