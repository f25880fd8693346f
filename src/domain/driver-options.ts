/**
 * What a target driver can be told in an environment's `target:` mapping, as plain data. A driver exports one such table;
 * configuration checks the file against it, and the reference prints it. Nobody but the driver gives the keys a meaning.
 */
export type DriverOptions = Readonly<Record<string, DriverOption>>

export interface DriverOption {
  readonly type: 'string' | 'integer' | 'boolean' | 'strings'
  readonly required: boolean
  /** One sentence for the reference and for error messages. */
  readonly description: string
  /** For integers: the limits, both included. */
  readonly min?: number
  readonly max?: number
  /** For strings: the only values allowed. */
  readonly oneOf?: readonly string[]
  /** Filled in when the file says nothing. */
  readonly default?: string | number | boolean | readonly string[]
  /** No two environments of one project on this driver may give the same value: a port, a folder. */
  readonly unique?: boolean
}
