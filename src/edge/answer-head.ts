import { BadMessage } from './bad-message.ts'
import { assertCleanHead, type Field, parseFields, parseLength, wordsOf } from './fields.ts'
import { chunked, type Framing, untilClose } from './framing.ts'
import { isHopByHop, isOwn, parseConnection } from './headers.ts'

/** An instance's answer up to its body. */
export interface AnswerHead {
  readonly status: number
  readonly reason: string
  /** The lines a visitor may see, `Content-Length` included, each with its CRLF. */
  readonly lines: string
  readonly framing: Framing
  /** For chunked answers to visitors who know no chunks: HEAD has the field without the chunks. */
  readonly saysChunked: boolean
  /** Whether the instance will take another request on this connection. */
  readonly isKeepAlive: boolean
  /** What the instance itself says of how long it keeps an idle connection; null when it does not. */
  readonly keepAliveMs: number | null
  readonly isInterim: boolean
}

/** An instance may send longer heads than a visitor: cookies and policies are many. */
const maxAnswerFields = 500

/** Reads a head without the empty line at its end, as latin1 text. Throws BadMessage 502. */
export function parseAnswerHead(text: string, method: string): AnswerHead {
  try {
    return read(text, method)
  } catch (error) {
    if (error instanceof BadMessage) throw new BadMessage(502, error.message)
    throw error
  }
}

function read(text: string, method: string): AnswerHead {
  assertCleanHead(text)
  const lineEnd = text.indexOf('\r\n')
  const line = parseStatusLine(lineEnd === -1 ? text : text.slice(0, lineEnd))
  const fields = lineEnd === -1 ? [] : parseFields(text, lineEnd + 2, maxAnswerFields)
  const connection = parseConnection(joinedValue(fields, 'connection'))
  const isInterim = line.status < 200
  const hasBody = !isInterim && method !== 'HEAD' && line.status !== 204 && line.status !== 304
  const codings = joinedValue(fields, 'transfer-encoding')
  const framing = hasBody ? framingOf(fields, codings) : 0
  return {
    ...line,
    lines: passedOn(fields, connection.nominated, isInterim || line.status === 204 || codings !== null),
    framing,
    saysChunked: codings !== null && !isInterim && line.status !== 204,
    isKeepAlive: framing !== untilClose && !connection.isClose && (line.minor === 1 || connection.isKeepAlive),
    keepAliveMs: keepAliveOf(joinedValue(fields, 'keep-alive')),
    isInterim,
  }
}

function parseStatusLine(line: string): { status: number; reason: string; minor: number } {
  const found = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/.exec(line)
  if (found === null) throw new BadMessage(502, 'a status line that is not HTTP/1.x')
  return { minor: Number(found[1]), status: Number(found[2]), reason: found[3] ?? '' }
}

/** All lines of a field joined, null when there is none. */
function joinedValue(fields: readonly Field[], name: string): string | null {
  let value: string | null = null
  for (const field of fields) {
    if (field.name === name) value = value === null ? field.value : `${value},${field.value}`
  }
  return value
}

/** Unlike in a request, nobody is harmed by both: an upstream connection carries one visitor's answers only. */
function framingOf(fields: readonly Field[], codings: string | null): Framing {
  if (codings !== null) return wordsOf(codings).at(-1) === 'chunked' ? chunked : untilClose
  const lengths = fields.filter((field) => field.name === 'content-length').map((field) => parseLength(field.value))
  if (lengths.some((length) => length !== lengths[0])) throw new BadMessage(502, 'different Content-Lengths')
  return lengths[0] ?? untilClose
}

function passedOn(fields: readonly Field[], nominated: ReadonlySet<string> | null, isLengthless: boolean): string {
  let lines = ''
  let hasLength = isLengthless
  for (const { name, line } of fields) {
    if (isHopByHop(name) || isOwn(name) || nominated?.has(name)) continue
    if (name === 'content-length') {
      if (hasLength) continue
      hasLength = true
    }
    lines += `${line}\r\n`
  }
  return lines
}

function keepAliveOf(value: string | null): number | null {
  const found = value === null ? null : /(?:^|[\s,])timeout=(\d{1,6})/i.exec(value)
  return found === null ? null : Number(found[1]) * 1000
}
