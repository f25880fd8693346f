/** `o` standard output, `e` standard error, `s` what Signalbox itself says. */
export type JobLogStream = 'o' | 'e' | 's'

/** One line of a job's log: `1042 0 o compiling…` is 1.042 s after the job's start, step 0, standard output. */
export interface JobLogLine {
  readonly ms: number
  /** Null for what concerns the whole job. */
  readonly step: number | null
  readonly stream: JobLogStream
  readonly text: string
}

export type JobLogOrigin = Pick<JobLogLine, 'step' | 'stream'>

/** What stands before the text of a line. */
export function jobLogPrefix(ms: number, { step, stream }: JobLogOrigin): string {
  return `${Math.round(ms)} ${step ?? '-'} ${stream} `
}

const shape = /^(\d+) (\d+|-) ([oes]) (.*)$/s

/** A line without its newline; null for one that is not of this form, as a damaged file may hold. */
function parseJobLogLine(line: string): JobLogLine | null {
  const [, ms, step, stream, text = ''] = shape.exec(line) ?? []
  if (ms === undefined) return null
  return { ms: Number(ms), step: step === '-' ? null : Number(step), stream: stream as JobLogStream, text }
}

/** All lines of a piece of a log that begins at this byte; each with the byte at which it begins. */
export function parseJobLog(text: string, offset = 0): readonly (JobLogLine & { readonly at: number })[] {
  let next = offset
  return text.split('\n').flatMap((line) => {
    const at = next
    next += encoder.encode(line).length + 1
    const parsed = parseJobLogLine(line)
    return parsed === null ? [] : [{ ...parsed, at }]
  })
}

const encoder = new TextEncoder()
