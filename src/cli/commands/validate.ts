import { dirname, join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { type Problem, showProblem } from '../../config/problem.ts'
import type { Parsed } from '../../config/project.ts'
import type { ProjectSpec } from '../../domain/spec.ts'
import { Fault } from '../../lib/fault.ts'
import { plural } from '../../lib/short-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { readInput } from '../input.ts'
import type { Open, Session } from '../session.ts'
import { green, red, type Text, yellow } from '../text.ts'
import { readUserFile, within } from '../user-file.ts'
import { programVersion } from '../version.ts'

export function validateCommand(open: Open) {
  return new Command('validate')
    .summary('check a signalbox.yml')
    .description('Check a configuration. Tells every problem at once, each with its line and column. Needs no server.')
    .argument('[file]', 'the file; - is standard input', 'signalbox.yml')
    .option('--schema', 'print the JSON Schema for editors instead')
    .action(async (file, { schema }) => {
      const session = open()
      if (schema) return session.output.document((await import('../../config/json-schema.ts')).jsonSchemaFile())
      const parsed = await read(session, file)
      await show(session, parsed)
      if (parsed.spec === null) session.end(exitCodes.usage)
    })
}

/** A configuration longer than the server would take is refused by the parser; this only protects our memory. */
const mostBytes = 8 * 1024 * 1024

async function read({ world }: Session, file: string): Promise<Parsed> {
  const { drivers, folder } = world
  const version = await programVersion()
  // Every other call does without the schema of the configuration, which takes a while to build.
  const { parseProject } = await import('../../config/project.ts')
  if (file === '-') {
    const text = await readInput(world, { what: 'The configuration', flag: 'FILE', limitBytes: mostBytes })
    return parseProject(text, { drivers, version, file: 'standard input' })
  }
  const path = within(folder, file)
  const text = await readUserFile(path, mostBytes)
  if (text === null) throw new Fault('file.missing', { details: { path: file } })
  const procfile = await readUserFile(join(dirname(path), 'Procfile'), mostBytes)
  return parseProject(text, { drivers, version, procfile, file })
}

async function show({ output }: Session, { spec, problems, warnings }: Parsed): Promise<void> {
  await output.show({ valid: spec !== null, problems, warnings }, () => [
    ...problems.map((problem) => problemLine(red('error'), problem)),
    ...warnings.map((problem) => problemLine(yellow('warning'), problem)),
    spec === null ? red(`Not valid: ${plural(problems.length, 'problem')}`) : validLine(spec),
  ])
}

/** The place first, as compilers do it: editors and terminals make links of it. */
function problemLine(level: Text, problem: Problem): Text {
  const { file, line, column } = problem
  const place = `${file}:${line}:${column}`
  return [place, ': ', level, ':', showProblem(problem).slice(place.length).replace(/^:/, '')]
}

function validLine({ project, apps, environments }: ProjectSpec): Text {
  const named = `${project}, ${plural(apps.length, 'app')}, ${plural(environments.length, 'environment')}`
  return [green('Valid: '), named]
}
