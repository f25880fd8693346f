export type LogFields = Readonly<Record<string, unknown>>

/** The program's own log: a fixed lower-case sentence, ids as fields. */
export interface Log {
  debug(sentence: string, fields?: LogFields): void
  info(sentence: string, fields?: LogFields): void
  warn(sentence: string, fields?: LogFields): void
  error(sentence: string, fields?: LogFields): void
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
