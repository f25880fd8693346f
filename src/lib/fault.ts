import { type FaultCode, faults } from './faults.ts'

export interface FaultOptions {
  /** Evidence: exit code, path, status, the last lines of output. Never a secret. Fills the `{places}` of the sentence and the hint. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** The only error that leaves a folder. The catalogue in faults.ts has its sentence and what to do. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: FaultCode, options: FaultOptions = {}) {
    const details = options.details ?? {}
    super(fill(faults[code].sentence, details), { cause: options.cause })
    this.code = code
    this.details = details
    this.hint = fill(faults[code].hint, details)
  }

  /** Whether the same call may succeed if it is simply made again later. */
  get temporary(): boolean {
    return faults[this.code].temporary === true
  }
}

/** What went wrong, as a sentence, for any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function fill(template: string, details: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (place, key: string) => (key in details ? show(details[key]) : place))
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
