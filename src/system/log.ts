import { pino } from 'pino'
import type { Log, LogFields } from '../lib/log.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface LogOptions {
  readonly level?: LogLevel
  /** Where lines go: a file descriptor. Default: standard error, as standard output is for results. */
  readonly fd?: number
  /** Fields on every line: `{ server: 'srv-…' }`. */
  readonly fields?: LogFields
  /** Hides secrets in a whole line. Called for each line, so secrets learned later are hidden too. */
  readonly redact?: (line: string) => string
}

/** So much waits for space on a full disk; lines beyond it are lost. */
const mostWaitingBytes = 1024 * 1024

/** The real log: one JSON object per line, written at once, so that the last words of a dying process are there. */
export function createLog(options: LogOptions = {}): Log {
  const { level = 'info', fd = 2, fields = {}, redact = (line: string) => line } = options
  const destination = pino.destination({ fd, sync: true, maxLength: mostWaitingBytes })
  // A log on a full disk must not end the process that logs; what could not be written goes out with the next line that can.
  destination.on('error', () => {})
  const logger = pino(
    {
      level,
      base: { pid: process.pid, ...fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: redact },
    },
    destination,
  )
  return {
    debug: (sentence, more) => logger.debug(more ?? {}, sentence),
    info: (sentence, more) => logger.info(more ?? {}, sentence),
    warn: (sentence, more) => logger.warn(more ?? {}, sentence),
    error: (sentence, more) => logger.error(more ?? {}, sentence),
  }
}

/** The same log with more fields on every line. */
export function withFields(log: Log, fields: LogFields): Log {
  return {
    debug: (sentence, more) => log.debug(sentence, { ...fields, ...more }),
    info: (sentence, more) => log.info(sentence, { ...fields, ...more }),
    warn: (sentence, more) => log.warn(sentence, { ...fields, ...more }),
    error: (sentence, more) => log.error(sentence, { ...fields, ...more }),
  }
}
