import type { AcceptedEvent } from '../domain/event.ts'
import { matchesPaths } from '../domain/glob.ts'
import { jobsOf } from '../domain/jobs.ts'
import type { Run } from '../domain/run.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { branchOf, type RefChange, tagOf, triggerOf } from '../domain/trigger.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Commit } from '../sources/source.ts'
import type { StoredRelease } from '../store/releases.ts'
import { applyRun } from './apply.ts'
import type { Parts } from './parts.ts'
import { type AfterCommit, transact } from './transact.ts'
import type { Tx } from './tx.ts'

const configFile = 'signalbox.yml'
const maxConfigBytes = 1024 * 1024

export interface Telling {
  readonly source: AcceptedEvent['source']
  readonly by: string
}

/**
 * Finds pushes by comparing a project's refs with those last accepted, and accepts each: event, run and new ref in one
 * transaction. Calling it again finds nothing, so a push is accepted once however often it is told, and one that nobody
 * told is found by the next call.
 */
export class Intake {
  readonly #parts: Parts
  readonly #after: AfterCommit
  /** The newest call per project; calls for one project follow each other. */
  readonly #turns = new Map<string, Promise<unknown>>()
  /** What somebody pushes to right now. */
  readonly #pushes = new Set<{ readonly project: string }>()
  readonly #onBehind: (project: string) => void

  /** `onBehind` is told when a comparison failed for a reason that may pass: what was pushed may be unrecorded. */
  constructor(parts: Parts, after: AfterCommit, onBehind: (project: string) => void) {
    this.#parts = parts
    this.#after = after
    this.#onBehind = onBehind
  }

  /**
   * Until what it gives is called, a comparison by the clock leaves the project alone: the push tells itself what it has
   * moved, and so who moved it.
   */
  expectPush(project: string): () => void {
    const push = { project }
    this.#pushes.add(push)
    return () => void this.#pushes.delete(push)
  }

  /** Fault of the source when its refs cannot be read. A ref that cannot be accepted does not keep the others. */
  sync(project: string, telling: Telling): Promise<readonly AcceptedEvent[]> {
    const before = this.#turns.get(project) ?? Promise.resolve()
    const mine = before.then(
      () => this.#sync(project, telling),
      () => this.#sync(project, telling),
    )
    this.#turns.set(project, mine)
    mine.catch((error: unknown) => {
      if (error instanceof Fault && error.temporary) this.#onBehind(project)
    })
    return mine.finally(() => {
      if (this.#turns.get(project) === mine) this.#turns.delete(project)
    })
  }

  async #sync(project: string, telling: Telling): Promise<readonly AcceptedEvent[]> {
    const { source, store, log } = this.#parts
    if (store.projects.get(project) === null) return []
    const refs = await source.refs(project)
    // After the refs were read: a push that had moved one of them by then is still there, waiting for its turn here.
    if (telling.source === 'sync' && [...this.#pushes].some((push) => push.project === project)) return []
    const changes = changesBetween(store.projects.refs(project), refs)
    const accepted: AcceptedEvent[] = []
    for (const change of changes) {
      try {
        const event = await this.#accept(project, change, telling)
        if (event !== null) accepted.push(event)
      } catch (error) {
        // The ref stays unaccepted, so the next comparison finds it again.
        if (isFatal(error)) throw error
        log.warn('push not accepted', { project, ref: change.ref, error })
      }
    }
    return accepted
  }

  async #accept(project: string, change: RefChange, telling: Telling): Promise<AcceptedEvent | null> {
    const reading = change.after === null ? null : await this.#read(project, change, change.after)
    return transact(this.#parts, this.#after, (tx) => {
      const { projects } = tx.parts.store
      // What was read took a while: somebody may have accepted this, or removed the project, meanwhile.
      const known = projects.refs(project).get(change.ref) ?? null
      if (projects.get(project) === null || known !== change.before) return null
      projects.setRef(project, change.ref, change.after)
      return record(tx, { project, change, telling, reading })
    })
  }

  /** Everything about the commit that takes waiting. */
  async #read(project: string, change: RefChange, sha: string): Promise<Reading> {
    const { source, parse } = this.#parts
    const commit = await source.commit(project, sha)
    try {
      const [text, procfile, changed] = await Promise.all([
        source.file(project, sha, configFile, maxConfigBytes),
        source.file(project, sha, 'Procfile', maxConfigBytes),
        this.#changed(project, change, commit),
      ])
      if (text === null) return { commit, spec: null, problems: null, changed, behind: [] }
      const parsed = parse(text, procfile)
      return { commit, ...parsed, changed, behind: await this.#behind(project, change, parsed.spec) }
    } catch (error) {
      // A file that is a link, or too large: the commit's doing, and so its run's end.
      if (!(error instanceof Fault) || error.code !== 'config.unreadable') throw error
      return { commit, spec: null, problems: [messageOf(error)], changed: null, behind: [] }
    }
  }

  /**
   * Against what the branch had before; against the parent for a new branch. In a new project, and when a commit is gone,
   * all paths count.
   */
  async #changed(project: string, change: RefChange, commit: Commit): Promise<readonly string[] | null> {
    try {
      const before = change.before ?? this.#baseOf(project, commit)
      return await this.#parts.source.changedPaths(project, before, commit.sha)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return null
    }
  }

  /** Apps without a release, and those that were changed by a commit that got none: its checks failed, say. */
  async #behind(project: string, change: RefChange, spec: ProjectSpec | null): Promise<readonly string[]> {
    const behind: string[] = []
    for (const { name, paths } of spec?.apps ?? []) {
      const [newest] = this.#parts.store.releases.list(project, name, 1)
      if (newest === undefined || (await this.#hasLeft(newest, change, paths))) behind.push(name)
    }
    return behind
  }

  /** A release from another branch says nothing about this one. */
  async #hasLeft(newest: StoredRelease, { before, after }: RefChange, paths: readonly string[]): Promise<boolean> {
    const { source } = this.#parts
    if (paths.length === 0 || newest.commit === before || after === null) return false
    try {
      if (!(await source.isAncestor(newest.project, newest.commit, after))) return false
      return matchesPaths(paths, await source.changedPaths(newest.project, newest.commit, after))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return true // When a commit is gone, everything counts.
    }
  }

  #baseOf(project: string, { parents }: Commit): string | null {
    const isNew = this.#parts.store.runs.newestSpec(project) === null
    return isNew ? null : (parents[0] ?? null)
  }
}

interface Reading {
  readonly commit: Commit
  readonly spec: ProjectSpec | null
  /** Null: there is no signalbox.yml at all. */
  readonly problems: readonly string[] | null
  readonly changed: readonly string[] | null
  /** Apps of which something is in no release yet. */
  readonly behind: readonly string[]
}

interface Recording {
  readonly project: string
  readonly change: RefChange
  readonly telling: Telling
  readonly reading: Reading | null
}

function record(tx: Tx, recording: Recording): AcceptedEvent {
  const { project, change, telling, reading } = recording
  const { events } = tx.parts.store
  const because = reasonFor(project, change, reading)
  const draft = { ...change, project, ...telling, at: tx.at, run: null, because: because.text }
  const id = events.add(draft)
  const run = because.run && reading !== null ? startRun(tx, { ...recording, reading }, id) : null
  if (run !== null) events.setRun(id, run.id)
  const event = { ...draft, id, run: run?.id ?? null }
  tx.fact({
    kind: 'event.accepted',
    project,
    subject: id,
    by: telling.by,
    data: { ...change, source: telling.source, run: event.run, because: because.text },
  })
  return event
}

function reasonFor(
  project: string,
  change: RefChange,
  reading: Reading | null,
): { readonly run: boolean; readonly text: string } {
  if (reading === null) return { run: false, text: 'the ref was deleted' }
  if (reading.problems === null) return { run: false, text: `there is no ${configFile} in this commit` }
  // A broken configuration is a failed run, so that somebody sees it.
  if (reading.spec === null) return { run: true, text: `${configFile} is not valid` }
  const { run, because } = triggerOf(change, reading.spec, reading.changed)
  // The address that was pushed to counts. An only app has its name from the file, so this may be another app than before.
  const named = reading.spec.project
  return {
    run,
    text: named === project ? because : `${because}; ${configFile} says project: ${named}, here it is ${project}`,
  }
}

function startRun(tx: Tx, recording: Recording & { reading: Reading }, event: string): Run {
  const { runs, releases } = tx.parts.store
  const { project, change, telling, reading } = recording
  const { commit, spec, problems, changed, behind } = reading
  const released = releases
    .ofCommitAll(project, commit.sha)
    .flatMap(({ app, discardedAt }) => (discardedAt === null ? [app] : []))
  if (spec !== null) runs.saveSpec(project, commit.sha, spec)
  const run = runs.add({
    project,
    event,
    commit: commit.sha,
    branch: branchOf(change.ref) ?? tagOf(change.ref),
    ref: change.ref,
    committedAt: commit.committedAt,
    title: commit.title,
    by: telling.by,
    createdAt: tx.at,
    finishedAt: null,
    state: 'running',
    outcome: null,
    reason: null,
    jobs: spec === null ? [] : jobsOf({ spec, changed, released, behind }),
  })
  const broken = spec === null ? `${configFile} is not valid:\n${(problems ?? []).join('\n')}` : null
  applyRun(tx, run.id, broken === null ? { type: 'accepted' } : { type: 'refused', reason: broken })
  return run
}

/** Deletions first, then in the order of names: the same comparison always gives the same order. */
function changesBetween(known: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly RefChange[] {
  const gone = [...known].filter(([ref]) => !now.has(ref)).map(([ref, before]) => ({ ref, before, after: null }))
  const moved = [...now]
    .filter(([ref, after]) => known.get(ref) !== after)
    .map(([ref, after]) => ({ ref, before: known.get(ref) ?? null, after }))
  return [...gone, ...moved].sort((a, b) => (a.ref < b.ref ? -1 : 1))
}

function isFatal(error: unknown): boolean {
  return !(error instanceof Fault) || error.code.startsWith('store.') || error.code === 'disk.full'
}
