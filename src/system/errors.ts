import { Fault } from '../lib/fault.ts'

/** The system's name for what went wrong: `ENOENT`, `EPIPE`; null for any other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** A full disk as the fault a person can act on; any other error as it came. For use as `throw diskFault(error, path)`. */
export function diskFault(error: unknown, path: string): unknown {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT' ? new Fault('disk.full', { details: { path }, cause: error }) : error
}

/** Whether it is that fault. */
export function isDiskFull(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'disk.full'
}
