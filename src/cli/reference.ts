import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { programOf } from './cli.ts'
import { exitCodeMeanings, exitCodes } from './exit-codes.ts'

/** `docs/reference/cli.md`: every command with its arguments and options. */
export function cliPage(): string {
  const program = programOf('', () => {
    throw new TypeError('a page runs no command')
  })
  return [
    '# Command line',
    '',
    'Printed from `src/cli` by `bin/reference`; do not edit.',
    '',
    'Results go to standard output, remarks and errors to standard error. `NO_COLOR` and `CI` are honoured, and nothing is',
    'ever asked without a terminal. Times are in UTC. With `--json` what comes bit by bit (logs, what a command prints, a',
    'journal that is followed) is one JSON value to a line; all else is one value.',
    '',
    '## Options of every command',
    '',
    ...optionRows(program),
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.entries(exitCodeMeanings).map(([name, meaning]) => `| ${codeOf(name)} | ${meaning} |`),
    '',
    '`signalbox run` ends with the exit code of the command it ran.',
    '',
    ...groupsOf(program).flatMap(({ title, commands }) => [
      `## ${title}`,
      '',
      ...commands.flatMap((command) => section(command, 'signalbox')),
    ]),
  ].join('\n')
}

interface Group {
  readonly title: string
  readonly commands: readonly CommandUnknownOpts[]
}

function groupsOf(program: CommandUnknownOpts): readonly Group[] {
  const visible = program.createHelp().visibleCommands(program)
  const groups = Map.groupBy(
    program.commands.filter((command) => visible.includes(command)),
    (command) => command.helpGroup(),
  )
  return [...groups].map(([title, within]) => ({ title: title.replace(/:$/, ''), commands: within }))
}

function codeOf(name: string): number | undefined {
  return Object.entries(exitCodes).find(([key]) => key === name)?.[1]
}

function section(command: CommandUnknownOpts, parent: string): readonly string[] {
  const path = `${parent} ${command.name()}`
  const own = [
    `### \`${path}\``,
    '',
    command.description(),
    '',
    ...(isGroupOnly(command) ? [] : ['```', `${path} ${usageOf(command)}`.trim(), '```', '']),
    ...argumentRows(command),
    ...(command.options.length === 0 ? [] : [...optionRows(command), '']),
  ]
  return [...own, ...command.commands.flatMap((sub) => section(sub, path))]
}

/** A name for what stands below it; by itself it does what its first command does. */
function isGroupOnly(command: CommandUnknownOpts): boolean {
  return command.commands.length > 0 && command.options.length === 0
}

function usageOf(command: CommandUnknownOpts): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [...(command.options.length === 0 ? [] : ['[options]']), ...words].join(' ')
}

function argumentRows({ registeredArguments }: CommandUnknownOpts): readonly string[] {
  if (registeredArguments.length === 0) return []
  const rows = registeredArguments.map((argument) => {
    const preset = argument.defaultValue === undefined ? '' : ` (default: \`${argument.defaultValue}\`)`
    return `| ${cell(argument.name())} | ${plain(argument.description)}${preset} |`
  })
  return ['| argument | meaning |', '|---|---|', ...rows, '']
}

function optionRows({ options }: CommandUnknownOpts): readonly string[] {
  const rows = options.map(({ flags, description, defaultValue, defaultValueDescription, argChoices, mandatory }) => {
    const preset = defaultValueDescription ?? defaultValue
    const notes = [
      ...(mandatory ? ['required'] : []),
      ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
      ...(preset === undefined || typeof preset === 'boolean' ? [] : [`default: \`${preset}\``]),
    ]
    return `| ${cell(flags)} | ${plain(description)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`} |`
  })
  return ['| option | meaning |', '|---|---|', ...rows]
}

function cell(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

function plain(text: string): string {
  return text.replaceAll('|', '\\|')
}
