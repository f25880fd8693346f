/** Larger than any sensible output, small enough for an environment. */
export const LARGEST_OUTPUT_BYTES = 64 * 1024

const namePattern = /^[A-Z_a-z0-9]+$/

export type ParsedOutputs =
  | { readonly outputs: Readonly<Record<string, string>> }
  /** The end of a sentence; it never quotes what was written. */
  | { readonly problem: string }

/** Reads JSON lines `{"name": "value"}`. Strict, as what is wrong here would be missed somewhere else, much later. */
export function parseOutputs(text: string): ParsedOutputs {
  const outputs = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const problem = takeLine(line, outputs)
    if (problem !== null) return { problem: `line ${index + 1} ${problem}` }
  }
  return { outputs: Object.fromEntries(outputs) }
}

function takeLine(line: string, outputs: Map<string, string>): string | null {
  const value = parse(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not {"name": "value"}'
  for (const [name, content] of Object.entries(value)) {
    if (!namePattern.test(name)) return 'has a name with other characters than letters, digits and _'
    if (typeof content !== 'string') return `gives ${name} something that is no text`
    if (content.includes('\0')) return `gives ${name} a NUL character`
    outputs.set(name, content)
  }
  return null
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null // The caller says what a line must be; the parser's words would quote it.
  }
}
