import { resolve } from 'node:path'
import { fact as factSchema } from '../../../api/views/facts.ts'
import { type ExtractVerdict, verifyExtract } from '../../../domain/journal.ts'
import { Fault } from '../../../lib/fault.ts'
import { readText } from '../../../system/files.ts'
import { exitCodes } from '../../exit-codes.ts'
import { readInput } from '../../input.ts'
import type { Session } from '../../session.ts'
import { green, red } from '../../text.ts'

const limitBytes = 256 * 1024 * 1024

/** Looks at an export of JSON lines. It needs nothing but the file: whoever has one need not trust the server. */
export async function verifyFile(session: Session, file: string): Promise<void> {
  const verdict = verifyExtract(factsIn(await textOf(session, file), file))
  const holds = verdict.brokenAt === null
  await session.output.show({ holds, ...verdict }, () => [holds ? goodNews(verdict) : badNews(verdict)])
  if (!holds) session.end(exitCodes.failed)
}

function goodNews({ facts, head, gaps }: ExtractVerdict) {
  const left = gaps === 0 ? '' : `, with ${gaps} places where others were left out`
  return [green('The chain holds: '), `${facts} facts${left}, head ${head}`]
}

function badNews({ facts, brokenAt, problem }: ExtractVerdict) {
  return [red('The chain is broken'), ` at fact ${brokenAt}, after ${facts} that hold: it ${problem}`]
}

async function textOf({ world }: Session, file: string): Promise<string> {
  if (file === '-') return await readInput(world, { what: 'the export', flag: '--file FILE', limitBytes })
  const path = resolve(world.folder, file)
  const text = await readText(path, limitBytes)
  if (text === null) throw new Fault('file.missing', { details: { path } })
  return text
}

function* factsIn(text: string, file: string) {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const fact = factSchema.safeParse(jsonIn(line))
    if (!fact.success) {
      const problem = `line ${index + 1} of ${file} is not a fact as \`signalbox audit export\` prints it`
      throw new Fault('command.invalid', { details: { problem, command: 'signalbox audit verify' } })
    }
    yield fact.data
  }
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // told with its line by whoever asked
  }
}
