import type { Command } from '../../../../src/domain/command.ts'
import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { AcceptedEvent } from '../../../../src/domain/event.ts'
import type { FactDraft } from '../../../../src/domain/facts.ts'
import type { Approval, Lock } from '../../../../src/domain/gates/gate.ts'
import type { OneOffRun } from '../../../../src/domain/one-off.ts'
import type { Release } from '../../../../src/domain/release.ts'
import type { Run } from '../../../../src/domain/run.ts'
import type { Live } from '../../../../src/domain/track.ts'
import type { Database } from '../../../../src/store/database.ts'
import { Deployments } from '../../../../src/store/deployments.ts'
import { Events } from '../../../../src/store/events.ts'
import { Facts } from '../../../../src/store/facts.ts'
import { Locks } from '../../../../src/store/locks.ts'
import { OneOffs } from '../../../../src/store/one-offs.ts'
import { Outbox } from '../../../../src/store/outbox.ts'
import { Releases, type StoredRelease } from '../../../../src/store/releases.ts'
import { Runs } from '../../../../src/store/runs.ts'
import { type Store, storeOver } from '../../../../src/store/store.ts'
import { Tracks } from '../../../../src/store/tracks.ts'
import { type VariableChange, Variables } from '../../../../src/store/variables.ts'
import type { Writing } from './records.ts'

type Tell = (writing: Writing) => void

/** The real store, and every row that is written to it is told; and when a result comes that nobody waits for any more. */
export function watchedStore(db: Database, tell: Tell, onLate: () => void): Store {
  return {
    ...storeOver(db),
    deployments: new WatchedDeployments(db, tell),
    runs: new WatchedRuns(db, tell),
    releases: new WatchedReleases(db, tell),
    oneOffs: new WatchedOneOffs(db, tell),
    tracks: new WatchedTracks(db, tell),
    facts: new WatchedFacts(db, tell),
    events: new WatchedEvents(db, tell),
    outbox: new WatchedOutbox(db, tell, onLate),
    locks: new WatchedLocks(db, tell),
    variables: new WatchedVariables(db, tell),
  }
}

class WatchedDeployments extends Deployments {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override add(draft: Omit<Deployment, 'id'>): Deployment {
    const row = super.add(draft)
    this.#tell({ of: 'deployment', row })
    return row
  }

  override save(row: Deployment): void {
    super.save(row)
    this.#tell({ of: 'deployment', row })
  }

  override approve(deployment: string, approval: Approval): boolean {
    const isNew = super.approve(deployment, approval)
    if (isNew) this.#tell({ of: 'approval', approval: { ...approval, deployment } })
    return isNew
  }
}

class WatchedRuns extends Runs {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override add(draft: Omit<Run, 'id'>): Run {
    const row = super.add(draft)
    this.#tell({ of: 'run', row })
    return row
  }

  override save(row: Run): void {
    super.save(row)
    this.#tell({ of: 'run', row })
  }
}

class WatchedReleases extends Releases {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override add(draft: Omit<Release, 'id'>): Release {
    const release = super.add(draft)
    this.#tellOf(release.id)
    return release
  }

  override discard(id: string, at: number): void {
    super.discard(id, at)
    this.#tellOf(id)
  }

  override restore(id: string, digest: string, bytes: number): void {
    super.restore(id, digest, bytes)
    this.#tellOf(id)
  }

  #tellOf(id: string): void {
    this.#tell({ of: 'release', row: this.get(id) as StoredRelease })
  }
}

class WatchedOneOffs extends OneOffs {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override add(draft: Omit<OneOffRun, 'id'>): OneOffRun {
    const row = super.add(draft)
    this.#tell({ of: 'oneOff', row })
    return row
  }

  override save(row: OneOffRun): void {
    super.save(row)
    this.#tell({ of: 'oneOff', row })
  }
}

class WatchedTracks extends Tracks {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override setLive(track: string, live: Live): void {
    super.setLive(track, live)
    this.#tell({ of: 'live', track, live })
  }
}

export class WatchedFacts extends Facts {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override append(draft: FactDraft, at: number) {
    const fact = super.append(draft, at)
    this.#tell({ of: 'fact', fact })
    return fact
  }
}

class WatchedEvents extends Events {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override add(draft: Omit<AcceptedEvent, 'id'>): string {
    const id = super.add(draft)
    this.#tell({ of: 'event', event: { ...draft, id } })
    return id
  }
}

class WatchedOutbox extends Outbox<Command> {
  readonly #tell: Tell
  readonly #onLate: () => void
  constructor(db: Database, tell: Tell, onLate: () => void) {
    super(db)
    this.#tell = tell
    this.#onLate = onLate
  }

  override holds(id: number, number: number): boolean {
    const isStanding = super.holds(id, number)
    if (!isStanding) this.#onLate()
    return isStanding
  }

  override claim(id: number, epoch: number, number: number): boolean {
    const isMine = super.claim(id, epoch, number)
    if (isMine) this.#tell({ of: 'claim', number })
    return isMine
  }
}

class WatchedLocks extends Locks {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override set(project: string, lock: Lock): void {
    super.set(project, lock)
    this.#tell({ of: 'lock', place: `${project}/${lock.environment}`, lock })
  }

  override remove(project: string, environment: string): boolean {
    this.#tell({ of: 'lock', place: `${project}/${environment}`, lock: null })
    return super.remove(project, environment)
  }
}

class WatchedVariables extends Variables {
  readonly #tell: Tell
  constructor(db: Database, tell: Tell) {
    super(db)
    this.#tell = tell
  }

  override change(
    scope: { project: string; environment: string },
    changes: readonly VariableChange[],
    who: { by: string; at: number },
  ): number {
    const version = super.change(scope, changes, who)
    const names = this.at(scope.project, scope.environment, version).map(({ name }) => name)
    this.#tell({ of: 'variables', place: `${scope.project}/${scope.environment}`, version, names })
    return version
  }
}
