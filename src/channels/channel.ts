import type { Message, Recipient } from '../domain/notice.ts'
import type { ChannelName } from '../domain/spec.ts'

/** A recipient with everything opened: never stored, never logged. */
export interface Address {
  /** Where it goes, secrets filled in. */
  readonly to: string
  /** What it is signed with, the newest first. */
  readonly keys: readonly string[]
  readonly people: Recipient['people']
}

/**
 * A way to tell somebody something. It knows one kind of receiver and nothing of what happened: every event is the same
 * kind of message.
 */
export interface Channel {
  /**
   * Resolves when the receiver has taken the message. Throws a Fault; a temporary one when the same may work later, with
   * `retryAfterMs` among its details when the receiver said how much later. May be called again with the same message:
   * its id stays, so that a receiver can tell.
   */
  send(message: Message, address: Address, signal: AbortSignal): Promise<void>
}

export type Channels = Readonly<Record<ChannelName, Channel>>
