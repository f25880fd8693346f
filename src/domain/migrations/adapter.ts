import type { CommandSpec, MigrationSpec } from '../spec.ts'

/** How one framework is asked what is pending, and how its answer is read. Pure: words in, words out. One file each. */
export interface MigrationAdapter {
  /** The words that list what is pending; null when the app's command is not one that can be taken apart. */
  list(spec: MigrationSpec): readonly string[] | null
  read(output: AskedOutput): Listing
  /** The words that print the SQL of these; null where the framework has none to print. */
  sql?(spec: MigrationSpec, listing: Listed): readonly string[] | null
  /** The SQL of each migration by its name; one that is left out could not be read. */
  readSql?(output: string): ReadonlyMap<string, string>
  /** Globs, relative to the app, of the files that are migrations. */
  readonly files: readonly string[]
}

export interface AskedOutput {
  readonly exitCode: number | null
  /** What it printed on standard output, and on standard error. */
  readonly out: string
  readonly err: string
}

export type Listing = Listed | Unlisted

export interface Listed {
  readonly names: readonly string[]
  /** Where the framework's SQL begins, when it has to be told. */
  readonly from?: string | null
}

/** Why nobody can tell. */
export interface Unlisted {
  readonly problem: string
}

/** The words before this one, and those after: `manage.py migrate --noinput` at `migrate`. Null where a shell is needed. */
export function splitAt(
  command: CommandSpec,
  word: string,
): { before: readonly string[]; after: readonly string[] } | null {
  const words = plainWords(command)
  const at = words?.indexOf(word) ?? -1
  return words === null || at < 1 ? null : { before: words.slice(0, at), after: words.slice(at + 1) }
}

/** A line of plain words needs no shell to be taken apart; of several commands in a row the first is meant. */
function plainWords(command: CommandSpec): readonly string[] | null {
  if (typeof command !== 'string') return command
  const [first = ''] = command.split('&&')
  return /^[\w./:=@%+, -]+$/.test(first) ? first.trim().split(/ +/) : null
}

export function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** The end of what it said, for people. */
export function complaint({ exitCode, out, err }: AskedOutput): Unlisted {
  const last = lines(err).at(-1) ?? lines(out).at(-1) ?? 'it said nothing'
  return { problem: `asking for it ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}: ${last}` }
}

/** Before the SQL of each migration, so that what follows is known to be its own. */
const mark = '-- signalbox migration: '

/** Prints the SQL of each, behind a mark; one that cannot be printed is left out, and so not read. */
export function printEach(names: readonly string[], words: (name: string) => readonly string[]): readonly string[] {
  const script = names.map((name) => {
    const command = words(name).map(quoted).join(' ')
    return `if sql=$(${command}); then printf '%s\\n' ${quoted(`${mark}${name}`)} "$sql"; fi`
  })
  return ['/bin/sh', '-c', script.join('\n')]
}

export function sectionsOf(output: string): ReadonlyMap<string, string> {
  return sections(output, (line) => (line.startsWith(mark) ? line.slice(mark.length) : null))
}

/** Everything behind a line that names a migration is that one's. */
export function sections(output: string, nameIn: (line: string) => string | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  let name: string | null = null
  for (const line of output.split('\n')) {
    const next = nameIn(line)
    if (next !== null) name = next
    if (name !== null) found.set(name, next === null ? `${found.get(name) ?? ''}${line}\n` : '')
  }
  return found
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
