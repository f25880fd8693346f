import type { LogFields } from '../lib/log.ts'
import type {
  Door,
  DrainAccount,
  InstanceSpec,
  Line,
  LogQuery,
  Observation,
  OneOff,
  OneOffResult,
  Order,
  ReleaseOnTarget,
  Routing,
  ServedFiles,
  StopAccount,
  StopOrder,
  TerminalSize,
  Traffic,
} from '../targets/driver.ts'

/**
 * What is said over the host's control socket: a JSON value per line. Each request has an id of its connection; answers
 * may come in any order. Whoever asks and goes away, or sends `cancel`, no longer waits: what he asked for goes on
 * as the contract in targets/driver.ts says.
 */

/** Raised when a host and a driver of different numbers could misunderstand each other. */
export const protocolVersion = 1

/** Exit code of a host that had no space on its disk to start: its log has none either. As the system's number for it. */
export const noSpaceExit = 28

/** Name of the control socket in the host's directory. */
export const controlSocket = 'control.sock'

/** What each verb takes, gives at the end, and tells on the way. */
export interface Verbs {
  hello: Verb<null, Hello>
  prepare: Verb<{ release: ReleaseOnTarget; archive: string; order: Order }, null>
  place: Verb<{ instances: readonly InstanceSpec[]; order: Order }, null>
  route: Verb<{ routing: Routing; order: Order }, null>
  reload: Verb<{ instances: readonly InstanceSpec[]; order: Order }, null>
  share: Verb<{ release: ReleaseOnTarget; files: ServedFiles; order: Order }, null>
  door: Verb<{ track: string; door: Door }, null>
  drain: Verb<{ instances: readonly StopOrder[]; order: Order }, readonly DrainAccount[]>
  remove: Verb<{ instances: readonly StopOrder[]; order: Order }, readonly StopAccount[]>
  observe: Verb<{ track: string }, Observation>
  traffic: Verb<{ track: string; window: 'open' | 'close' | 'look' }, Traffic>
  run: Verb<{ oneOff: OneOff; order: Order }, OneOffResult, Line>
  console: Verb<{ oneOff: OneOff; size: TerminalSize; order: Order }, OneOffResult, ConsoleOutput, ConsoleInput>
  end: Verb<{ names: readonly string[]; order: Order }, null>
  logs: Verb<LogQuery, null, { instance: string; line: Line }>
  keep: Verb<{ track: string; digests: readonly string[]; order: Order }, null>
  /** The host ends; instances and edge workers stay, for its successor to take over. */
  retire: Verb<null, null>
  /** Everything ends: visitors are drained, instances stopped, the edge and the host ended. */
  shutdown: Verb<{ drainMs: number }, null>
}

interface Verb<Ask, Answer, Event = never, Input = never> {
  readonly ask: Ask
  readonly answer: Answer
  readonly event: Event
  /** What whoever asked may say while it goes on. */
  readonly input: Input
}

/** Bytes, in base64. */
export interface ConsoleOutput {
  readonly shown: string
}

/** `taken` counts bytes that were shown: the program is held back while too many are not. */
export type ConsoleInput =
  | { readonly typed: string }
  | { readonly size: TerminalSize }
  | { readonly taken: number }
  | { readonly hungUp: true }

export type VerbName = keyof Verbs

export interface Hello {
  readonly version: number
  readonly pid: number
  readonly host: string
  /** `HOST:PORT` where the edge takes visitors. */
  readonly listen: string
  /** How many edge workers it runs. */
  readonly edges: number
}

export type FromDriver =
  | { readonly id: number; readonly verb: VerbName; readonly ask: unknown }
  | { readonly id: number; readonly cancel: true }
  | { readonly id: number; readonly input: unknown }

export type FromHost =
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly fault: WireFault }

export interface WireFault {
  readonly code: string
  readonly message: string
  readonly details: LogFields
  /** The causes' messages, outermost first. */
  readonly causes: readonly string[]
}
