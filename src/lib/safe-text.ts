/**
 * Characters that could move the cursor, change what was printed before, or reorder what the eye reads: control
 * characters, format characters (bidi marks among them), line and paragraph separators, and halves of pairs. The two
 * joiners stay, as scripts and emoji need them and they do nothing else.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const joiners = ['\u200c', '\u200d']

/** Text of whatever origin as one line that is safe to print: what could do something else than be read is spelled out. */
export function safeText(text: string): string {
  return text.replace(unsafe, (character) => (joiners.includes(character) ? character : spelled(character)))
}

/** JSON that is safe to print and reads back as the same value. */
export function safeJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(unsafe, (character) =>
    character === '\n' || joiners.includes(character) ? character : units(character),
  )
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function spelled(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return short[character] ?? (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`)
}

function units(character: string): string {
  return [...Array(character.length).keys()].map((at) => `\\u${hex(character.charCodeAt(at), 4)}`).join('')
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
