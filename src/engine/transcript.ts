import type { LineLog } from './parts.ts'

/** A line that never ends is written in parts. */
const LONGEST_LINE = 16 * 1024

/** Makes lines of what a terminal is sent, and keeps them in a log. */
export function transcript(log: LineLog) {
  const decoder = new TextDecoder()
  let rest = ''
  const write = (text: string) => log.write({ stream: 'out', text: text.replace(/\r+$/, '') })
  return {
    add(bytes: Uint8Array): void {
      const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) write(line)
      for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) write(rest.slice(0, LONGEST_LINE))
    },
    end(): void {
      rest += decoder.decode()
      if (rest !== '') write(rest)
      rest = ''
    },
  }
}
