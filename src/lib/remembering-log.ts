import { Fault } from './fault.ts'
import type { Log, LogFields } from './log.ts'

/** A line of the log that told of trouble. Without its fields: those are for the log's own readers. */
export interface Trouble {
  readonly at: number
  readonly level: 'warn' | 'error'
  readonly sentence: string
  /** The code of the Fault it came with, if it did with one. */
  readonly code: string | null
}

export interface RememberingLog extends Log {
  /** The newest, oldest first. */
  troubles(): readonly Trouble[]
}

const most = 20

/** The same log, with the newest lines of trouble kept in mind. */
export function rememberingLog(log: Log, now: () => number): RememberingLog {
  const kept: Trouble[] = []
  const remember = (level: Trouble['level'], sentence: string, fields?: LogFields) => {
    const code = fields?.error instanceof Fault ? fields.error.code : null
    kept.push({ at: now(), level, sentence, code })
    if (kept.length > most) kept.shift()
    log[level](sentence, fields)
  }
  return {
    debug: (sentence, fields) => log.debug(sentence, fields),
    info: (sentence, fields) => log.info(sentence, fields),
    warn: (sentence, fields) => remember('warn', sentence, fields),
    error: (sentence, fields) => remember('error', sentence, fields),
    troubles: () => [...kept],
  }
}
