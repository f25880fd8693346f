import type { Finding } from './issues.ts'
import { name } from './parts.ts'
import { quoted } from './problem.ts'
import { type ProcessEntry, processEntry } from './schema.ts'

/** What a Procfile says, as if it stood in the configuration file. */
export interface Procfile {
  readonly processes: Readonly<Record<string, ProcessEntry>>
  /** Run once in the new release before it takes over: what we call migrations. */
  readonly release: string | null
}

export interface ProcfileFinding extends Omit<Finding, 'path' | 'on'> {
  /** Counts from 1. */
  readonly line: number
}

/** Lines of `name: command`; blank ones and comments are nothing. */
export function readProcfile(text: string): { procfile: Procfile; findings: readonly ProcfileFinding[] } {
  const processes: Record<string, ProcessEntry> = {}
  const findings: ProcfileFinding[] = []
  let release: string | null = null
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, word, command] = /^([^\s:]+)\s*:\s*(.+)$/.exec(line) ?? []
    const problem = problemOf(word, { command, isTwice: word !== undefined && Object.hasOwn(processes, word) })
    if (problem !== null) findings.push({ line: index + 1, suggestion: null, ...problem })
    else if (word === 'release') release = command ?? null
    else if (word !== undefined) processes[word] = processEntry.parse(command)
  }
  return { procfile: { processes, release }, findings }
}

function problemOf(
  word: string | undefined,
  { command, isTwice }: { command: string | undefined; isTwice: boolean },
): { found: string; expected: string } | null {
  if (word === undefined || command === undefined) {
    return { found: 'a line without a name and a command', expected: '"name: command"' }
  }
  if (isTwice) return { found: `${quoted(word)} a second time`, expected: 'each process once' }
  const checked = name.safeParse(word)
  if (checked.success) return null
  return { found: `the name ${quoted(word)}`, expected: checked.error.issues[0]?.message ?? 'a name' }
}
