import type { ServerConfig } from '../config/server.ts'
import type { CheckupLine } from '../domain/checkup.ts'
import type { DriverOptions } from '../domain/driver-options.ts'
import type { BackupSummary, BackupsSeen } from '../domain/server-backup.ts'
import type { Clock } from '../lib/clock.ts'

export interface Serving {
  readonly url: string
  /** Where visitors come in. */
  readonly edge: string
  readonly tokenFile: string
  /** Whether the data directory was empty. */
  readonly first: boolean
  /** With which the first account gets a password, in a browser; null at every later start. */
  readonly link: string | null
}

/** Everything outside the command line that it may touch, handed in by the program. */
export interface World {
  /** What was typed after the name of the program. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder it was typed in. */
  readonly folder: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly clock: Clock
  /** Aborted when the person wants it to end, or the reader of the output went away. */
  readonly signal: AbortSignal
  /** How many jobs the machine could run at once. */
  readonly cores: number
  /** What each kind of target can be told. */
  readonly drivers: Readonly<Record<string, DriverOptions>>
  /** Runs the server until the signal is aborted; `announce` hears when it can be reached. */
  serve(config: ServerConfig, signal: AbortSignal, announce: (serving: Serving) => void): Promise<void>
  /** Looks at the machine of a server that may not run. */
  checkup(config: ServerConfig): Promise<readonly CheckupLine[]>
  /** Backups of a server on this machine that may not run. */
  backups(config: ServerConfig): Promise<BackupsOnMachine>
  /** Makes a data directory from a backup, all of it or nothing. */
  restore(order: RestoreOrder, signal: AbortSignal): Promise<Restored>
  /** Shows the whole story with a sample app. True when everything ended as the story says. */
  demo(options: DemoOptions, signal: AbortSignal): Promise<boolean>
}

/** A server's data directory is to be made from a backup. */
export interface RestoreOrder {
  /** Path of its manifest. */
  readonly backup: string
  readonly config: ServerConfig
  /** File with the key of its secrets; null: it lies where the server looks for it. */
  readonly key: string | null
  /** Its secrets need not be readable. */
  readonly withoutKey: boolean
  /** What is there is moved aside. */
  readonly replace: boolean
}

export interface Restored {
  readonly backup: BackupSummary
  readonly data: string
  /** Where what was there is now; null when nothing was. */
  readonly aside: string | null
  /** Whether the key of its secrets is where the server looks for it. */
  readonly hasKey: boolean
}

export interface BackupsOnMachine {
  seen(): Promise<BackupsSeen>
  take(signal: AbortSignal): Promise<BackupSummary>
  verify(name: string, signal: AbortSignal): Promise<BackupSummary>
}

export interface DemoOptions {
  /** End after the story instead of leaving it running. */
  readonly exit: boolean
  /** One JSON summary on standard output; the story goes to standard error. */
  readonly json: boolean
}
