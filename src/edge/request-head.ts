import { BadMessage } from './bad-message.ts'
import { assertCleanHead, type Field, isToken, parseFields, parseLength } from './fields.ts'
import { chunked, type Framing } from './framing.ts'
import { type Connection, isDisguised, isHopByHop, isOwn, isSpokenByEdge, parseConnection } from './headers.ts'

/** A visitor's request up to its body, checked. */
export interface RequestHead {
  readonly method: string
  /** In origin form (`/path?query`), or `*`. */
  readonly target: string
  readonly minor: 0 | 1
  /** As sent; '' when an HTTP/1.0 request has none. */
  readonly host: string
  /** The lines an instance may see, framing included, each with its CRLF, without those only the edge speaks. */
  readonly lines: string
  /** `X-Forwarded-*` and the like, for when the proxy before us is trusted. */
  readonly spoken: readonly Field[]
  readonly framing: Framing
  readonly isKeepAlive: boolean
  readonly isWebSocket: boolean
  readonly expectsContinue: boolean
  /** The host's own fields, by name; null when there are none. */
  readonly own: ReadonlyMap<string, string> | null
}

/** Methods that change nothing, so that the same request may be sent twice (RFC 9110, 9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether sending it a second time, after no byte of an answer came, can do no harm. */
export function isRepeatable(head: RequestHead): boolean {
  return head.framing === 0 && safeMethods.has(head.method) && !head.isWebSocket
}

/** Reads a head without the empty line at its end, as latin1 text. Throws BadMessage. */
export function parseRequestHead(text: string, maxFields: number): RequestHead {
  assertCleanHead(text)
  const start = text.startsWith('\r\n') ? 2 : 0
  const lineEnd = text.indexOf('\r\n', start)
  const line = parseRequestLine(lineEnd === -1 ? text.slice(start) : text.slice(start, lineEnd))
  const found = collect(lineEnd === -1 ? [] : parseFields(text, lineEnd + 2, maxFields))
  const host = hostOf(found, line.minor)
  const connection = parseConnection(found.connection)
  const framing = framingOf(found, line.minor)
  return {
    method: line.method,
    target: originForm(line, host),
    minor: line.minor,
    host,
    lines: passedOn(found.passed, connection, line.minor) + framingLine(found, framing),
    spoken: found.spoken,
    framing,
    isKeepAlive: !connection.isClose && (line.minor === 1 || connection.isKeepAlive),
    isWebSocket: isWebSocket({ found, connection, line, framing }),
    expectsContinue: expectsContinue(found, line.minor),
    own: found.own,
  }
}

interface RequestLine {
  readonly method: string
  readonly target: string
  readonly minor: 0 | 1
}

function parseRequestLine(line: string): RequestLine {
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  if (first <= 0 || last === first) throw new BadMessage(400, 'a request line that is not METHOD TARGET VERSION')
  const method = line.slice(0, first)
  if (method.length > 32 || !isToken(method)) throw new BadMessage(400, 'a method that is not a word')
  return { method, target: line.slice(first + 1, last), minor: parseVersion(line.slice(last + 1)) }
}

function parseVersion(version: string): 0 | 1 {
  if (version === 'HTTP/1.1') return 1
  if (version === 'HTTP/1.0') return 0
  throw /^HTTP\/\d\.\d$/.test(version)
    ? new BadMessage(505, 'a version of HTTP other than 1.0 and 1.1')
    : new BadMessage(400, 'a request line without a version')
}

/** What the rest rests on, each field at most once where twice would be two meanings. */
interface Found {
  hosts: string[]
  lengths: string[]
  codings: string[]
  connection: string | null
  upgrade: string | null
  expect: string | null
  passed: Field[]
  spoken: Field[]
  own: Map<string, string> | null
}

function collect(fields: readonly Field[]): Found {
  const found: Found = {
    ...{ hosts: [], lengths: [], codings: [], passed: [], spoken: [] },
    ...{ connection: null, upgrade: null, expect: null, own: null },
  }
  for (const field of fields) sort(field, found)
  return found
}

function sort(field: Field, found: Found): void {
  switch (field.name) {
    case 'host':
      found.hosts.push(field.value)
      break
    case 'content-length':
      found.lengths.push(field.value)
      return
    case 'transfer-encoding':
      found.codings.push(field.value)
      return
    case 'connection':
      found.connection = joined(found.connection, field.value)
      return
    case 'upgrade':
      found.upgrade = joined(found.upgrade, field.value)
      return
    case 'expect':
      found.expect = joined(found.expect, field.value)
      return
    case 'trailer': // trailers are not passed on
      return
  }
  pass(field, found)
}

function pass(field: Field, found: Found): void {
  const { name } = field
  if (isHopByHop(name) || isDisguised(name)) return
  if (isOwn(name)) {
    found.own ??= new Map()
    found.own.set(name, field.value)
  } else if (isSpokenByEdge(name)) {
    found.spoken.push(field)
  } else {
    found.passed.push(field)
  }
}

function joined(before: string | null, value: string): string {
  return before === null ? value : `${before},${value}`
}

const hostForm = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

function hostOf(found: Found, minor: 0 | 1): string {
  const [host = '', ...more] = found.hosts
  if (more.length > 0) throw new BadMessage(400, 'more than one Host')
  if (found.hosts.length === 0 && minor === 1) throw new BadMessage(400, 'no Host')
  if (host !== '' && !hostForm.test(host)) throw new BadMessage(400, 'a Host that is not a name with an optional port')
  return host
}

/** An absolute target must name the same host as the Host field, or two servers could read two hosts. */
function originForm({ target, method }: RequestLine, host: string): string {
  assertTarget(target)
  if (target.startsWith('/')) return target
  if (target === '*' && method === 'OPTIONS') return target
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target)
  if (absolute === null || method === 'CONNECT') throw new BadMessage(400, 'a target that is not a path')
  const [, authority = '', rest = ''] = absolute
  if (authority.toLowerCase() !== host.toLowerCase()) throw new BadMessage(400, 'a target for another host than Host')
  return rest.startsWith('/') ? rest : `/${rest}`
}

function assertTarget(target: string): void {
  for (let index = 0; index < target.length; index++) {
    const code = target.charCodeAt(index)
    if (code <= 0x20 || code === hash) throw new BadMessage(400, 'a target with a character that must not be in it')
  }
}

const hash = 0x23

function framingOf(found: Found, minor: 0 | 1): Framing {
  const { codings, lengths } = found
  if (codings.length > 0) {
    if (lengths.length > 0) throw new BadMessage(400, 'both Content-Length and Transfer-Encoding')
    if (minor === 0) throw new BadMessage(400, 'Transfer-Encoding in HTTP/1.0')
    if (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked') {
      throw new BadMessage(400, 'a Transfer-Encoding other than chunked')
    }
    return chunked
  }
  const [first, ...more] = lengths.map(parseLength)
  if (more.some((length) => length !== first)) throw new BadMessage(400, 'different Content-Lengths')
  return first ?? 0
}

/** Other protocols than WebSocket (`h2c` above all) would carry requests past the edge. */
function isWebSocket(request: {
  readonly found: Found
  readonly connection: Connection
  readonly line: RequestLine
  readonly framing: Framing
}): boolean {
  const { found, connection, line, framing } = request
  const isAsked = connection.isUpgrade && found.upgrade?.toLowerCase() === 'websocket'
  return isAsked && line.minor === 1 && line.method === 'GET' && framing === 0
}

function expectsContinue(found: Found, minor: 0 | 1): boolean {
  if (found.expect === null || minor === 0) return false
  if (found.expect.toLowerCase() !== '100-continue') throw new BadMessage(417, 'an Expect other than 100-continue')
  return true
}

function passedOn(fields: readonly Field[], { nominated }: Connection, minor: 0 | 1): string {
  let lines = ''
  for (const { name, line } of fields) {
    if (nominated?.has(name)) continue
    if (name === 'host' && minor === 0) continue // said anew, so that it is always there
    lines += line
    lines += '\r\n'
  }
  return lines
}

/** Said anew rather than passed on, so that an instance reads what we read. */
function framingLine({ lengths }: Found, framing: Framing): string {
  if (framing === chunked) return 'Transfer-Encoding: chunked\r\n'
  return lengths.length === 0 ? '' : `Content-Length: ${framing}\r\n`
}

/** The path for the record: no query, no more than a person reads. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return (query === -1 ? target : target.slice(0, query)).slice(0, 200)
}

/** The values of a field among those an instance may see; `name` in lower case. */
export function fieldsNamed({ lines }: RequestHead, name: string): readonly string[] {
  return linesOf(lines).flatMap((line) => (isNamed(line, name) ? [line.slice(name.length + 1).trim()] : []))
}

export function withoutField(head: RequestHead, name: string): RequestHead {
  const kept = linesOf(head.lines).filter((line) => !isNamed(line, name))
  return { ...head, lines: kept.map((line) => `${line}\r\n`).join('') }
}

function linesOf(lines: string): readonly string[] {
  return lines.split('\r\n').filter((line) => line !== '')
}

function isNamed(line: string, name: string): boolean {
  return line.charCodeAt(name.length) === colon && line.slice(0, name.length).toLowerCase() === name
}

const colon = 0x3a
