/** Values shorter than this are not hidden: they would turn up everywhere by chance. */
export const SHORTEST_SECRET = 6

/**
 * Every spelling of a secret that is looked for. Claimed: as it is, each line of it, and the whole in JSON, URLs, shell
 * words, XML and HTML, hex, base64 and base64url at any place of a longer text, base64 wrapped at 64 or 76 columns.
 * Not claimed, as no list could: reversed, encrypted, compressed, one character per line, hex dumps with gaps.
 */
export function variantsOf(secret: string): readonly Uint8Array[] {
  const value = secret.trim()
  if (value.length < SHORTEST_SECRET) return []
  const texts = new Set([value, ...texty(value), ...hex(value), ...base64(value), ...wrapped(value)])
  for (const line of value.split(/\r?\n/)) {
    for (const text of [line.trim(), ...texty(line.trim())]) texts.add(text)
  }
  return [...texts].filter((text) => text.length >= SHORTEST_SECRET).map((text) => Buffer.from(text, 'utf8'))
}

function texty(value: string): string[] {
  return [...json(value), ...url(value), ...shell(value), ...xml(value)]
}

function json(value: string): string[] {
  const plain = JSON.stringify(value).slice(1, -1)
  const ascii = plain.replace(/[\u007f-\uffff]/g, unicodeEscape)
  const html = plain.replace(/[<>&\u2028\u2029]/g, unicodeEscape)
  const slashes = plain.replaceAll('/', '\\/')
  return [plain, ascii, html, slashes, JSON.stringify(plain).slice(1, -1)]
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function url(value: string): string[] {
  const component = encodeURIComponent(value.toWellFormed())
  const strict = component.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const form = new URLSearchParams({ '': value }).toString().slice(1)
  const whole = [component, strict, form].flatMap((text) => [text, text.replaceAll('%2F', '/')])
  const forms = whole.flatMap((text) => [text, text.replaceAll('%20', '+')])
  return [...forms, ...forms.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))]
}

function shell(value: string): string[] {
  return [
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[\\"$`]/g, '\\$&'),
    value.replace(/[^\w%+,./:=@\u0080-\uffff-]/g, '\\$&'),
    value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t'),
  ]
}

function xml(value: string): string[] {
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quotes = ['&quot;', '&#34;', '"'].map((quote) => text.replaceAll('"', quote))
  return quotes.flatMap((quoted) => ['&#39;', '&apos;', '&#x27;', "'"].map((mark) => quoted.replaceAll("'", mark)))
}

function hex(value: string): string[] {
  const lower = Buffer.from(value, 'utf8').toString('hex')
  return [lower, lower.toUpperCase()]
}

/** Inside a longer text a secret begins at one of three places of a base64 group; what does not hang on the neighbours is looked for. */
function base64(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8')
  const parts = [0, 1, 2].map((before) => inside(bytes, before))
  return [bytes.toString('base64'), ...parts].flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')])
}

function inside(bytes: Uint8Array, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}

/** As `base64` and `openssl base64` print what is longer than a line. */
function wrapped(value: string): string[] {
  const text = inside(Buffer.from(value, 'utf8'), 0)
  return [64, 76].flatMap((columns) => (text.length > columns ? slices(text, columns) : []))
}

function slices(text: string, columns: number): string[] {
  return Array.from({ length: Math.ceil(text.length / columns) }, (_, row) =>
    text.slice(row * columns, (row + 1) * columns),
  )
}
