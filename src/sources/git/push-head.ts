import { Fault } from '../../lib/fault.ts'
import type { GitRequest } from '../source.ts'
import type { ByteReader } from './byte-reader.ts'
import { flush, packet, packetLength } from './packet.ts'
import { isProposal, refNameProblem } from './ref-name.ts'

/** What a push asks for, before its objects come: which refs should point where. */
export interface PushHead {
  readonly commands: readonly RefCommand[]
  readonly capabilities: ReadonlySet<string>
  /** As it came, for git. */
  readonly bytes: Buffer
}

export interface RefCommand {
  readonly before: string
  readonly after: string
  readonly name: string
  /** The name as it came, which need not be text. */
  readonly nameBytes: Buffer
}

export interface Refusal {
  readonly command: RefCommand
  readonly reason: string
}

const MOST_COMMANDS = 2_000
const MOST_BYTES = 1024 * 1024

export async function readPushHead(reader: ByteReader): Promise<PushHead> {
  const lines: Buffer[] = []
  for (let bytes = 0; ; ) {
    const line = await nextLine(reader)
    if (line === null) return headOf(lines)
    lines.push(line)
    bytes += line.length
    if (lines.length > MOST_COMMANDS || bytes > MOST_BYTES)
      throw malformed(`it changes more than ${MOST_COMMANDS} refs`)
  }
}

/** A push that names what no ref may be called is refused whole: nothing of it reaches git. */
export function refusalsIn(commands: readonly RefCommand[], may: GitRequest['mayPush']): readonly Refusal[] {
  const judged = commands.map((command) => ({
    command,
    problem: refNameProblem(command.name) ?? (may === 'everything' || isProposal(command.name) ? null : onlyProposals),
  }))
  if (judged.every(({ problem }) => problem === null)) return []
  return judged.map(({ command, problem }) => ({
    command,
    reason: problem === null ? 'refused with the others' : `the name ${problem}`,
  }))
}

const onlyProposals = 'is not refs/for/BRANCH/TOPIC, and your token may only propose changes'

async function nextLine(reader: ByteReader): Promise<Buffer | null> {
  const digits = await reader.take(4)
  if (digits === null) throw malformed('it ends too early')
  const length = lengthOf(digits)
  if (length === 0) return null
  const payload = await reader.take(length - 4)
  if (payload === null) throw malformed('it ends too early')
  return payload
}

function lengthOf(digits: Buffer): number {
  try {
    return packetLength(digits)
  } catch (cause) {
    throw malformed('it is not made of packets', cause)
  }
}

function headOf(lines: readonly Buffer[]): PushHead {
  const commands: RefCommand[] = []
  let capabilities: readonly string[] = []
  for (const line of lines) {
    const end = line.indexOf(0)
    const words = withoutLineEnd(end < 0 ? line : line.subarray(0, end))
    if (end >= 0)
      capabilities = [
        ...capabilities,
        ...line
          .toString('utf8', end + 1)
          .trim()
          .split(' '),
      ]
    if (words.indexOf('shallow ') !== 0) commands.push(commandIn(words))
  }
  const bytes = Buffer.concat([...lines.map((line) => packet(line)), flush])
  return { commands, capabilities: new Set(capabilities), bytes }
}

function withoutLineEnd(line: Buffer): Buffer {
  return line.at(-1) === 0x0a ? line.subarray(0, -1) : line
}

function commandIn(words: Buffer): RefCommand {
  const match = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (.+)$/s.exec(words.toString('utf8'))
  const [, before = '', after = '', name = ''] = match ?? []
  if (match === null) throw malformed('one of its commands cannot be read')
  return { before, after, name, nameBytes: words.subarray(before.length + after.length + 2) }
}

function malformed(problem: string, cause?: unknown): Fault {
  return new Fault('push.malformed', { details: { problem }, cause })
}
