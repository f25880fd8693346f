import { BadMessage } from './bad-message.ts'

/** One line of a head. */
export interface Field {
  /** Lower case. */
  readonly name: string
  /** Without the white space around it. */
  readonly value: string
  /** As it came, without the line end. */
  readonly line: string
}

/** Visible ASCII, space, tab, 0x80–0xFF and CRLF; a CR or LF alone is none of these. */
const strayOctet = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/

/** Octets of `token` in RFC 9110, by code. */
const tokenOctets = new Uint8Array(256)
for (const octet of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  tokenOctets[octet.charCodeAt(0)] = 1
}

export function isToken(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (tokenOctets[text.charCodeAt(index)] !== 1) return false
  }
  return text.length > 0
}

export function isTokenOctet(octet: number): boolean {
  return tokenOctets[octet] === 1
}

/** Refuses what must not stand in any head: control characters, NUL, a CR or LF alone. */
export function assertCleanHead(text: string): void {
  if (strayOctet.test(text)) throw new BadMessage(400, 'a control character, or a line end that is not CRLF')
}

/** The fields of a head (latin1, without the empty line at its end) from the line at `from`. */
export function parseFields(text: string, from: number, maxFields: number): Field[] {
  const fields: Field[] = []
  for (let start = from; start < text.length; ) {
    const lineEnd = text.indexOf('\r\n', start)
    const end = lineEnd === -1 ? text.length : lineEnd
    if (fields.length === maxFields) throw new BadMessage(431, `more than ${maxFields} header fields`)
    fields.push(parseField(text.slice(start, end)))
    start = end + 2
  }
  return fields
}

function parseField(line: string): Field {
  const colon = line.indexOf(':')
  if (colon <= 0) throw new BadMessage(400, 'a header line without a name and a colon')
  const first = line.charCodeAt(0)
  if (first === space || first === tab) throw new BadMessage(400, 'a folded header line')
  const name = line.slice(0, colon)
  if (!isToken(name)) throw new BadMessage(400, 'a header name with characters that must not be in it')
  return { name: name.toLowerCase(), value: trimmed(line, colon + 1), line }
}

const space = 0x20
const tab = 0x09

function trimmed(line: string, from: number): string {
  let start = from
  let end = line.length
  while (start < end && isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}

/** The words of a list field (`Connection`), lower case. */
export function wordsOf(value: string): string[] {
  const words = value.toLowerCase().split(',')
  return words.map((word) => word.trim()).filter((word) => word !== '')
}

/** Digits only: no sign, no space, no list, no hexadecimal. */
export function parseLength(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new BadMessage(400, 'a Content-Length that is not a plain number')
  return Number(value)
}
