import { Fault } from '../lib/fault.ts'
import { type Assignment, readEnvFile } from './env-file.ts'
import { readInput } from './input.ts'
import { readUserFile, within } from './user-file.ts'
import type { World } from './world.ts'

const mostBytes = 1024 * 1024

/** `NAME=VALUE` words, `NAME=-` for a value on standard input, and a file of such lines. What is typed wins over the file. */
export async function assignmentsIn(
  world: World,
  { words, file }: { readonly words: readonly string[]; readonly file: string | undefined },
): Promise<readonly Assignment[]> {
  const fromFile = file === undefined ? [] : await assignmentsOfFile(world, file)
  const typed = words.map(assignment)
  const twice = typed.find(({ name }, index) => typed.findIndex((each) => each.name === name) !== index)
  if (twice !== undefined) throw invalid(`${twice.name} is given twice`)
  const piped = typed.filter(({ value }) => value === '-')
  if (piped.length > 1) throw invalid('only one value can come from standard input')
  const value = piped.length === 0 ? '' : await pipedValue(world, piped[0]?.name ?? '')
  const all = [...fromFile, ...typed.map((each) => (each.value === '-' ? { ...each, value } : each))]
  if (all.length === 0) throw invalid('there is nothing to set; give NAME=VALUE or --from-file FILE')
  return [...new Map(all.map((each) => [each.name, each])).values()]
}

/** Never repeats the word: what is wrong with it may be that it is a secret alone. */
function assignment(word: string): Assignment {
  const at = word.indexOf('=')
  if (at < 1) throw invalid('every word must be NAME=VALUE')
  return { name: word.slice(0, at), value: word.slice(at + 1) }
}

/** A newline at the end is the habit of those who write files, not part of the value. */
async function pipedValue(world: World, name: string): Promise<string> {
  const flag = `\`… ${name}=- < FILE\``
  const text = await readInput(world, { what: `The value of ${name}`, flag, limitBytes: mostBytes })
  return text.replace(/\r?\n$/, '')
}

async function assignmentsOfFile({ folder }: World, path: string): Promise<readonly Assignment[]> {
  const text = await readUserFile(within(folder, path), mostBytes)
  if (text === null) throw new Fault('file.missing', { details: { path } })
  return readEnvFile(text, path)
}

function invalid(problem: string): Fault {
  return new Fault('command.invalid', { details: { command: 'signalbox env set', problem } })
}
