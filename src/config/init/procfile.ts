import { readProcfile } from '../procfile.ts'
import { blank, type Draft } from './draft.ts'
import { type Files, has, read } from './files.ts'
import { pythonCommand, pythonOf } from './python.ts'

/** A Procfile says what runs, whatever it is written in. */
export function detectProcfile(files: Files): Draft | null {
  if (!has(files, 'Procfile')) return null
  const python = Object.hasOwn(files, 'requirements.txt') ? pythonOf(files, '.', []) : null
  const draft: Draft = { ...blank, build: python?.install ?? [], guesses: python === null ? [] : [python.guess] }
  const found = withProcfile(draft, files)
  return Object.keys(found.processes).length === 0 ? null : found
}

/** What a Procfile names takes the place of what was guessed. */
export function withProcfile(draft: Draft, files: Files): Draft {
  if (!has(files, 'Procfile')) return draft
  const { procfile, findings } = readProcfile(read(files, 'Procfile'))
  const interpreter = draft.build.some((step) => step.includes('.venv')) ? '.venv/bin/python' : 'python3'
  const runs = (command: string) => pythonCommand(command, interpreter)
  const own = Object.entries(procfile.processes).map(([name, { command }]) => {
    const text = typeof command === 'string' ? runs(command) : command.map(String)
    return [name, { command: text, ...(name === 'web' ? {} : { health: 'process' }) }] as const
  })
  if (own.length === 0) return draft
  const guessed = draft.processes.web
  const processes = Object.fromEntries(
    own.map(([name, process]) => [
      name,
      name === 'web' && guessed !== undefined ? { ...guessed, ...process } : process,
    ]),
  )
  return {
    ...draft,
    processes,
    migrations: procfile.release === null ? draft.migrations : runs(procfile.release),
    guesses: [
      ...draft.guesses,
      `Found a Procfile: ${own.map(([name]) => name).join(', ')} ${own.length === 1 ? 'was' : 'were'} copied from it; from now on signalbox.yml counts.`,
      ...(procfile.release === null ? [] : ['Its release line became the migrations.']),
      ...findings.map(({ line, found }) => `Procfile line ${line} was passed over: ${found}.`),
    ],
  }
}
