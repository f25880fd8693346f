import type { AcceptedEvent } from '../domain/event.ts'
import { jobsOf } from '../domain/jobs.ts'
import type { Publication } from '../domain/publication.ts'
import type { Run } from '../domain/run.ts'
import { branchOf, type RefChange, type TriggerAnswer, tagOf, triggerOf } from '../domain/trigger.ts'
import { applyRun } from './apply.ts'
import { recordLacks } from './contract.ts'
import { draftAll } from './drafts.ts'
import { configFile, type Reading } from './reading.ts'
import type { Tx } from './tx.ts'

export interface Telling {
  readonly source: AcceptedEvent['source']
  readonly by: string
}

export interface Accepting {
  readonly project: string
  readonly change: RefChange
  readonly telling: Telling
  readonly reading: Reading | null
}

/** Event, run and new ref at once. Null when somebody has accepted this, or removed the project, while it was read. */
export function acceptChange(tx: Tx, accepting: Accepting): AcceptedEvent | null {
  const { projects } = tx.parts.store
  const { project, change } = accepting
  const known = projects.refs(project).get(change.ref) ?? null
  if (projects.get(project) === null || known !== change.before) return null
  projects.setRef(project, change.ref, change.after)
  const publication = change.after === null ? null : publicationAt(tx, accepting)
  if (publication === null) return recordEvent(tx, accepting, reasonFor(accepting))
  // Whoever has found the tag first.
  return recordEvent(tx, { ...accepting, telling: { source: 'release', by: publication.by } }, ofRelease(accepting))
}

/** What came from outside, and the run that it leads to. */
export function recordEvent(tx: Tx, accepting: Accepting, { run: leads, because }: TriggerAnswer): AcceptedEvent {
  const { project, change, telling, reading } = accepting
  const { events } = tx.parts.store
  const draft = { ...change, project, ...telling, at: tx.at, run: null, because }
  const id = events.add(draft)
  const run = leads && reading !== null ? startRun(tx, { ...accepting, reading }, id) : null
  if (run !== null) events.setRun(id, run.id)
  const event = { ...draft, id, run: run?.id ?? null }
  tx.fact({
    kind: 'event.accepted',
    project,
    subject: id,
    by: telling.by,
    data: { ...change, source: telling.source, run: event.run, because },
  })
  return event
}

function publicationAt(tx: Tx, { project, change }: Accepting): Publication | null {
  const tag = tagOf(change.ref)
  return tag === null ? null : tx.parts.store.publications.ofTag(project, tag)
}

/** A published release starts a run where the project asks for that; its tag may be one that does so anyway. */
function ofRelease(accepting: Accepting): TriggerAnswer {
  const { change, reading } = accepting
  if (reading?.spec?.triggers.releasePublished !== true) return reasonFor(accepting)
  return { run: true, because: `release ${tagOf(change.ref)} was published` }
}

function reasonFor({ project, change, reading }: Accepting): TriggerAnswer {
  if (reading === null) return { run: false, because: 'the ref was deleted' }
  if (reading.problems === null) return { run: false, because: `there is no ${configFile} in this commit` }
  // A broken configuration is a failed run, so that somebody sees it.
  if (reading.spec === null) return { run: true, because: `${configFile} is not valid` }
  const { run, because } = triggerOf(change, reading.spec, reading.changed)
  // The address that was pushed to counts. An only app has its name from the file, so this may be another app than before.
  const named = reading.spec.project
  return {
    run,
    because: named === project ? because : `${because}; ${configFile} says project: ${named}, here it is ${project}`,
  }
}

function startRun(tx: Tx, { project, change, telling, reading }: Accepting & { reading: Reading }, event: string): Run {
  const { runs, releases, relations } = tx.parts.store
  const { commit, spec, problems, changed, behind } = reading
  for (const [other, relation] of reading.relations) relations.set({ project, commit: commit.sha, other }, relation)
  const released = releases
    .ofCommitAll(project, commit.sha)
    .flatMap(({ app, discardedAt }) => (discardedAt === null ? [app] : []))
  if (spec !== null) runs.saveSpec(project, commit.sha, spec)
  tx.followUp({ look: 'timers', project })
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
  if (spec !== null && telling.source !== 'timer') draftAll(tx, { project, spec, ref: change.ref, head: commit.sha })
  if (spec !== null) recordLacks(tx, run, spec)
  return run
}
