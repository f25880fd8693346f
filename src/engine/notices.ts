import { patienceMs } from '../domain/delivery.ts'
import type { Deployment } from '../domain/deployment.ts'
import { type Expected, expectedEnvironments, expectedOf } from '../domain/expectation.ts'
import { type Fact, self } from '../domain/facts.ts'
import { type Message, type Telling, tellingsOf } from '../domain/notice.ts'
import { type About, isTold, noticeOf } from '../domain/notices.ts'
import type { Run } from '../domain/run.ts'
import { sha256 } from '../lib/hash.ts'
import { isOfStore } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Parts } from './parts.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

const pieceOf = 200

/**
 * Reads the journal from where it was read last, and decides for each fact who is to be told. What is decided and how far
 * was read are stored in one transaction: a fact is told once, whenever the server dies.
 */
export class NoticeReader {
  readonly #parts: Parts
  readonly #after: AfterCommit
  #read: number

  constructor(parts: Parts, after: AfterCommit) {
    this.#parts = parts
    this.#after = after
    this.#read = parts.store.meta.read(cursor)
  }

  /** Reads what is new. What there is nothing to tell of, whatever is configured, is passed over without storing that. */
  read(): void {
    const { facts } = this.#parts.store
    for (;;) {
      const piece = facts.kindsAfter(this.#read, pieceOf)
      const last = piece.at(-1)?.seq
      if (last === undefined) return
      const told = piece.filter(isTold).flatMap(({ seq }) => facts.at(seq) ?? [])
      if (told.length > 0) {
        transact(this.#parts, this.#after, (tx) => {
          for (const fact of told) decide(tx, fact)
          tx.parts.store.meta.rise(cursor, last)
        })
      }
      this.#read = last
    }
  }
}

const cursor = 'notices'

/** A fact that cannot be told must not keep those after it from being told. */
function decide(tx: Tx, fact: Fact): void {
  try {
    expect(tx, fact)
    tell(tx, fact)
  } catch (error) {
    if (isOfStore(error)) throw error
    tx.parts.log.error('fact could not be told', { fact: fact.seq, kind: fact.kind, error })
  }
}

function tell(tx: Tx, fact: Fact): void {
  const { project } = fact
  const notify = project === null ? [] : (tx.parts.store.runs.newestSpec(project)?.notify ?? [])
  if (project === null || notify.length === 0) return
  const about = aboutOf(tx.parts.store, project, fact)
  const notice = noticeOf(fact, about)
  if (notice === null) return
  for (const telling of tellingsOf(notify, notice)) {
    const message = { ...notice.message, ...stamp(tx, fact, telling) }
    tx.parts.store.deliveries.add({
      ...{ project, fact: fact.seq, message, recipient: telling.recipient, state: 'waiting', attempts: 0 },
      ...{ createdAt: tx.at, dueAt: tx.at, giveUpAt: tx.at + patienceMs, deliveredAt: null, problem: null },
    })
  }
}

function stamp(tx: Tx, fact: Fact, { event }: Telling): Pick<Message, 'id' | 'event' | 'at' | 'url'> {
  // The hash stands for the whole journal up to there, so no other server has the same.
  const id = `notice_${sha256(`${fact.hash} ${fact.seq}`).slice(0, 32)}`
  return { id, event, at: fact.at, url: tx.parts.notices.link(fact.subject) }
}

function aboutOf(store: Store, project: string, { subject }: Fact): About {
  const deployment = store.deployments.get(subject)
  const run = store.runs.get(subject)
  return {
    ...{ deployment, run },
    title: deployment === null ? null : (store.releases.get(deployment.release.id)?.title ?? null),
    attempt: run === null ? 1 : attemptOf(store, run),
    reaches: run === null ? [] : reachedFrom(store, project, run),
  }
}

function reachedFrom(store: Store, project: string, { commit, ref }: Run): readonly string[] {
  const spec = store.runs.spec(project, commit) ?? store.runs.newestSpec(project)
  return spec === null ? [] : expectedEnvironments(spec, ref).map(({ name }) => name)
}

/** Which try of the whole run it is. */
function attemptOf(store: Store, { id }: Run): number {
  return 1 + store.facts.about(id).filter(({ kind }) => kind === 'run.rerun').length
}

// ---- what should have happened --------------------------------------------------------------------------------------

/** When a run, or a deployment that it set off, has ended: whether all has come that should have. */
function expect(tx: Tx, { kind, project, subject }: Fact): void {
  if (project === null) return
  const { runs, deployments } = tx.parts.store
  if (kind === 'run.finished') compare(tx, runs.get(subject))
  const deployment = kind === 'deployment.finished' ? deployments.get(subject) : null
  if (deployment === null || deployment.reason !== 'promote') return
  for (const run of runs.ofCommit(project, deployment.release.commit)) compare(tx, run)
}

/** Recorded once for each thing that was missed, in each try of the run. */
function compare(tx: Tx, run: Run | null): void {
  const { store } = tx.parts
  const spec = run === null ? null : (store.runs.spec(run.project, run.commit) ?? store.runs.newestSpec(run.project))
  if (run === null || spec === null) return
  const releases = store.releases.ofCommitAll(run.project, run.commit)
  const deployments = spec.environments.flatMap(({ name }) =>
    releases.flatMap(({ id, app }) => store.deployments.ofRelease(id, `${run.project}/${app}/${name}`)),
  )
  const released = releases.map(({ app }) => app)
  const all = expectedOf({ run, spec, released, deployments, held: heldOf(store, deployments) }) ?? []
  const missed = all.filter(({ end }) => end === 'missed')
  const attempt = attemptOf(store, run)
  const known = missedBefore(store, run, attempt)
  if (missed.every((each) => known.has(placeOf(each)))) return
  tx.fact({
    kind: 'run.fell_short',
    project: run.project,
    subject: run.id,
    by: self,
    data: { commit: run.commit, branch: run.branch, attempt, missed, came: all.filter(({ end }) => end === 'came') },
  })
}

function missedBefore(store: Store, run: Run, attempt: number): ReadonlySet<string> {
  const told = store.facts
    .about(run.id)
    .filter(({ kind, data }) => kind === 'run.fell_short' && data.attempt === attempt)
  return new Set(told.flatMap(({ data }) => (data.missed as readonly Expected[]).map(placeOf)))
}

function placeOf({ app, environment }: Expected): string {
  return `${app}/${environment}`
}

/** Queued, and nothing rolls on their track: what holds them is not a turn that comes by itself. */
function heldOf(store: Store, deployments: readonly Deployment[]): readonly string[] {
  return deployments
    .filter(({ state }) => state.kind === 'queued')
    .filter(({ track }) => !store.deployments.open(track).some(({ state }) => 'steps' in state))
    .map(({ id }) => id)
}
