import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { AcceptedEvent } from '../../../../src/domain/event.ts'
import type { Fact } from '../../../../src/domain/facts.ts'
import type { Approval, Lock } from '../../../../src/domain/gates/gate.ts'
import type { OneOffRun } from '../../../../src/domain/one-off.ts'
import type { Run } from '../../../../src/domain/run.ts'
import type { Live } from '../../../../src/domain/track.ts'
import type { StoredRelease } from '../../../../src/store/releases.ts'
import { Waivers } from './waivers.ts'

/** One row as it was and as it is from now on. */
export interface Change<T> {
  readonly before: T | null
  readonly after: T
}

export interface AcceptedApproval extends Approval {
  readonly deployment: string
}

/** What one commit changed, in order. */
export interface Changes {
  readonly deployments: readonly Change<Deployment>[]
  readonly runs: readonly Change<Run>[]
  readonly releases: readonly Change<StoredRelease>[]
  readonly oneOffs: readonly Change<OneOffRun>[]
  readonly lives: readonly { readonly track: string; readonly before: Live | null; readonly after: Live }[]
  readonly facts: readonly Fact[]
  readonly events: readonly AcceptedEvent[]
  readonly approvals: readonly AcceptedApproval[]
  /** Numbers under which commands are about to be carried out. */
  readonly claims: readonly number[]
}

/** Something written within a transaction that is not durable yet. */
export type Writing =
  | { readonly of: 'deployment'; readonly row: Deployment }
  | { readonly of: 'run'; readonly row: Run }
  | { readonly of: 'release'; readonly row: StoredRelease }
  | { readonly of: 'oneOff'; readonly row: OneOffRun }
  | { readonly of: 'live'; readonly track: string; readonly live: Live }
  | { readonly of: 'fact'; readonly fact: Fact }
  | { readonly of: 'event'; readonly event: AcceptedEvent }
  | { readonly of: 'approval'; readonly approval: AcceptedApproval }
  | { readonly of: 'claim'; readonly number: number }
  | { readonly of: 'lock'; readonly place: string; readonly lock: Lock | null }
  | { readonly of: 'variables'; readonly place: string; readonly version: number; readonly names: readonly string[] }

/** What is durable, as it was written; kept beside the store so that looking at it costs nothing. */
export class Records {
  readonly deployments = new Map<string, Deployment>()
  readonly runs = new Map<string, Run>()
  readonly releases = new Map<string, StoredRelease>()
  readonly oneOffs = new Map<string, OneOffRun>()
  readonly lives = new Map<string, Live>()
  readonly locks = new Map<string, Lock>()
  readonly variables = new Map<string, number>()
  /** Names of variables that have a value, by environment. */
  readonly variableNames = new Map<string, readonly string[]>()
  readonly waivers = new Waivers()
  /** Numbers of calls that were claimed. */
  readonly claimed = new Set<number>()
  readonly events: AcceptedEvent[] = []
  readonly facts: Fact[] = []
  readonly approvals: AcceptedApproval[] = []
  readonly #refs = new Map<string, Map<string, string>>()
  readonly #open = new Map<string, Set<string>>()
  readonly unfinishedRuns = new Set<string>()

  /** Ids of what is not finished on a track, in the order in which it was asked for. */
  open(track: string): ReadonlySet<string> {
    return this.#open.get(track) ?? new Set()
  }

  /** The refs of a project as they were accepted last. */
  refs(project: string): ReadonlyMap<string, string> {
    return this.#refs.get(project) ?? new Map()
  }

  /** Everything that is not finished, everywhere. */
  get openEverywhere(): readonly Deployment[] {
    return [...this.#open.values()].flatMap((ids) => [...ids].map((id) => this.deployments.get(id) as Deployment))
  }

  active(track: string): Deployment | null {
    for (const id of this.open(track)) {
      const deployment = this.deployments.get(id)
      if (deployment?.state.kind === 'rolling' || deployment?.state.kind === 'reverting') return deployment
    }
    return null
  }

  /** Everything that was written becomes durable at once. */
  commit(writings: readonly Writing[]): Changes {
    const changes = emptyChanges()
    for (const writing of writings) this.#apply(writing, changes)
    return changes
  }

  #apply(writing: Writing, changes: Mutable<Changes>): void {
    switch (writing.of) {
      case 'deployment':
        changes.deployments.push(put(this.deployments, writing.row))
        this.#noteOpen(writing.row)
        break
      case 'run':
        changes.runs.push(put(this.runs, writing.row))
        if (writing.row.state === 'finished') this.unfinishedRuns.delete(writing.row.id)
        else this.unfinishedRuns.add(writing.row.id)
        break
      case 'release':
        changes.releases.push(put(this.releases, writing.row))
        break
      case 'oneOff':
        changes.oneOffs.push(put(this.oneOffs, writing.row))
        break
      case 'live': {
        const { track, live } = writing
        changes.lives.push({ track, before: this.lives.get(track) ?? null, after: live })
        this.lives.set(track, live)
        break
      }
      case 'fact':
        changes.facts.push(writing.fact)
        this.facts.push(writing.fact)
        this.waivers.note(writing.fact)
        break
      case 'event':
        changes.events.push(writing.event)
        this.events.push(writing.event)
        this.#noteRef(writing.event)
        break
      case 'approval':
        changes.approvals.push(writing.approval)
        this.approvals.push(writing.approval)
        break
      case 'claim':
        changes.claims.push(writing.number)
        this.claimed.add(writing.number)
        break
      case 'lock':
        if (writing.lock === null) this.locks.delete(writing.place)
        else this.locks.set(writing.place, writing.lock)
        break
      case 'variables':
        this.variables.set(writing.place, writing.version)
        this.variableNames.set(writing.place, writing.names)
    }
  }

  #noteRef({ project, ref, after }: AcceptedEvent): void {
    const refs = this.#refs.get(project) ?? new Map<string, string>()
    this.#refs.set(project, refs)
    if (after === null) refs.delete(ref)
    else refs.set(ref, after)
  }

  #noteOpen({ id, track, state }: Deployment): void {
    const open = this.#open.get(track) ?? new Set()
    this.#open.set(track, open)
    if (state.kind === 'finished') open.delete(id)
    else open.add(id)
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] }

function emptyChanges(): Mutable<Changes> {
  return {
    ...{ deployments: [], runs: [], releases: [], oneOffs: [], lives: [] },
    ...{ facts: [], events: [], approvals: [], claims: [] },
  }
}

function put<T extends { readonly id: string }>(rows: Map<string, T>, after: T): Change<T> {
  const before = rows.get(after.id) ?? null
  rows.set(after.id, after)
  return { before, after }
}
