import { stringify } from 'yaml'
import type { DriverOption, DriverOptions } from '../domain/driver-options.ts'
import { type JsonSchema, projectJsonSchema } from './json-schema.ts'
import { notYet } from './rules/not-yet.ts'
import { knownDrivers } from './rules/targets.ts'
import { type Section, sectionsOf } from './sections.ts'
import { type Setting, serverSettings } from './server.ts'

/** `docs/reference/config.md`: every key of signalbox.yml, every option of the drivers at hand, every setting of the server. */
export function configPage(drivers: Readonly<Record<string, DriverOptions>>): string {
  return [...head, ...fileSections(), ...notYetSection(), ...targetSections(drivers), ...serverSection()].join('\n')
}

const head = [
  '# Configuration',
  '',
  'Printed from `src/config/schema.ts`, `src/config/server.ts` and the drivers by `bin/reference`; do not edit.',
  '',
  '- [signalbox.yml](#signalboxyml): what a project wants, in the root of its repository',
  '- [Targets](#targets): what each kind of target can be told',
  '- [The server](#the-server): flags and environment variables of `signalbox server`',
  '',
  '## signalbox.yml',
  '',
  'YAML 1.2, checked by `signalbox validate`, which tells all problems at once. `signalbox init` writes a first one.',
  'Editors complete and check it with `# yaml-language-server: $schema=` and the path of',
  '[signalbox.schema.json](signalbox.schema.json) in the first line.',
  '',
  '- Keys are strict: an unknown one is a problem. Keys that start with `x-` are extensions and ignored; together with',
  '  anchors, aliases and `<<` they hold what several places share. Names the file makes up cannot start with `x-`.',
  '- Where a text is expected, numbers and booleans are taken as they are written: `3.10` stays `3.10`, `True` stays `True`.',
  '- A duration is a text such as `500ms`, `30s`, `10m`, `1h30m` or `30d`.',
  '- A pattern is for the whole path, or for the whole name of a branch or tag. `*` is any run of characters but `/`; `**` is',
  '  any run at all, and `**/` may be no folder; `?` makes the character before it optional, `+` repeats it; `[a-z]` is one of',
  '  these; `\\` takes the meaning from the next character. A pattern with `!` in front takes back what earlier ones matched, and',
  '  the last word counts. These are the rules of GitHub, so filters can be carried over.',
  '- A command is one line for `sh`, or a list of words that are run as they are. `$PORT` tells a `web` process where to listen.',
  '- Where a mapping has one main key, that key can stand for it: a step is its `run`, a check its `steps`.',
  '- An app at the root without processes takes them from a `Procfile` there; its `release` line becomes the migrations.',
  '- A file may have 1 MiB, 32 levels and 10 000 values.',
  '',
]

function fileSections(): readonly string[] {
  const schema = projectJsonSchema()
  return sectionsOf(schema).flatMap((section) => keyTable(section))
}

function keyTable({ path, keys, required, others }: Section): readonly string[] {
  return [
    path === '' ? '### The file' : `### \`${path}\``,
    '',
    '| key | holds | default | |',
    '| --- | --- | --- | --- |',
    ...keys.map(({ key, schema, holds }) => keyRow(key, { schema, holds, isRequired: required.includes(key) })),
    ...(others === null ? [] : [`| … | ${others.holds} | | ${cell(others.schema.description ?? '')} |`]),
    '',
  ]
}

function keyRow(
  key: string,
  { schema, holds, isRequired }: { schema: JsonSchema; holds: string; isRequired: boolean },
): string {
  const preset = isRequired ? 'required' : schema.default === undefined ? '' : code(flow(schema.default))
  const [example] = schema.examples ?? []
  const shown = example === undefined ? '' : ` Example: ${code(`${key}: ${flow(example)}`)}`
  return `| \`${key}\` | ${holds} | ${preset} | ${cell(schema.description ?? '')}${shown} |`
}

function notYetSection(): readonly string[] {
  return [
    '### Not acted on yet',
    '',
    'A file may say these already; this version reads them, does not act on them, and gives a warning for each. `*` is any',
    'name. The values in brackets are what happens anyway.',
    '',
    ...notYet
      .filter(({ path }) => !path.startsWith('app.'))
      .map(({ path, usual = [] }) => {
        const values = usual.filter((value) => typeof value === 'string').map(code)
        return `- \`${path}\`${values.length === 0 ? '' : ` (${values.join(', ')})`}`
      }),
    '',
  ]
}

function targetSections(drivers: Readonly<Record<string, DriverOptions>>): readonly string[] {
  const others = knownDrivers.filter((name) => !Object.hasOwn(drivers, name))
  return [
    '## Targets',
    '',
    'An environment names its target by the name of a driver, or by a mapping with `driver` and these options.',
    ...(others.length === 0
      ? []
      : [`A file may also name ${others.join(', ')}; this version cannot deploy there yet and says so.`]),
    '',
    ...Object.entries(drivers)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, options]) => driverSection(name, options)),
  ]
}

function driverSection(name: string, options: DriverOptions): readonly string[] {
  const rows = Object.entries(options)
  if (rows.length === 0) return [`### \`${name}\``, '', 'No options.', '']
  return [
    ...[`### \`${name}\``, '', '| key | holds | default | |', '| --- | --- | --- | --- |'],
    ...rows.map(
      ([key, option]) =>
        `| \`${key}\` | ${optionHolds(option)} | ${optionDefault(option)} | ${cell(option.description)} |`,
    ),
    '',
  ]
}

function optionHolds({ type, min, max, oneOf }: DriverOption): string {
  if (oneOf !== undefined) return oneOf.map(code).join(', ')
  if (type === 'boolean') return 'true or false'
  if (type === 'strings') return 'a list of texts'
  if (type === 'string') return 'a text'
  if (min === undefined && max === undefined) return 'a whole number'
  return `a whole number${min === undefined ? '' : ` from ${min}`}${max === undefined ? '' : ` to ${max}`}`
}

function optionDefault(option: DriverOption): string {
  if (option.required) return 'required'
  return option.default === undefined ? '' : code(flow(option.default))
}

function serverSection(): readonly string[] {
  const settings: readonly Setting<unknown>[] = Object.values(serverSettings)
  return [
    '## The server',
    '',
    'Flags of `signalbox server`. A flag goes before its environment variable; an empty variable counts as none. A wrong or',
    'contradictory value is refused, never replaced by the default.',
    '',
    '| flag | variable | default | |',
    '| --- | --- | --- | --- |',
    ...settings.map(({ flag, variable, argument, sentence, example, default: preset }) => {
      const shown = preset === null ? '' : code(preset)
      return `| \`--${flag} ${argument}\` | \`${variable}\` | ${shown} | ${cell(sentence)} Example: ${code(`--${flag} ${example}`)} |`
    }),
    '',
  ]
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, singleQuote: true }).trim()
}

function code(text: string): string {
  return `\`${cell(text)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
