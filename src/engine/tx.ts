import type { Command } from '../domain/command.ts'
import type { FactDraft } from '../domain/facts.ts'
import type { Parts } from './parts.ts'

/** One transaction of the engine, while it is open. */
export interface Tx {
  readonly parts: Parts
  readonly at: number
  /** Outbox rows that were taken back; whoever performs one of them must stop after the commit. */
  readonly withdrawn: number[]
  fact(draft: FactDraft): void
  /** Stores a command, to be performed as soon as its lane is free, and not before `notBefore`. */
  command(subject: Subject, command: Command, notBefore?: number): void
  /** What has to be looked at before the transaction ends. */
  followUp(what: FollowUp): void
}

export interface Subject {
  readonly id: string
  readonly project: string
  readonly lane: string
}

export type FollowUp =
  /** Something ended on a track, or a gate opened: who is next? */
  | { readonly look: 'turn'; readonly track: string }
  /** A release succeeded somewhere: where does it go by itself? */
  | { readonly look: 'promote'; readonly project: string; readonly app: string; readonly commit: string }
  /** The configuration that counts may be another: which timers does it have? */
  | { readonly look: 'timers'; readonly project: string }
  /** A promotion has failed after it began: what becomes of the others of its wave? */
  | { readonly look: 'wave'; readonly deployment: string }
