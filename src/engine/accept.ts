import type { AcceptedEvent } from '../domain/event.ts'
import { jobsOf } from '../domain/jobs.ts'
import { type Proposal, proposalRef } from '../domain/proposal.ts'
import type { Publication } from '../domain/publication.ts'
import { rankOf } from '../domain/role.ts'
import type { Job, Run, RunEvent } from '../domain/run.ts'
import { branchOf, type RefChange, type TriggerAnswer, tagOf, triggerOf } from '../domain/trigger.ts'
import { applyRun } from './apply.ts'
import { recordLacks } from './contract.ts'
import { draftAll } from './drafts.ts'
import { recordMigrations } from './migration-advice.ts'
import { whoIs } from './permissions.ts'
import { judged, type ProposalReading } from './proposals.ts'
import { configFile, type Reading } from './reading.ts'
import type { Tx } from './tx.ts'

export interface Telling {
  readonly source: AcceptedEvent['source']
  readonly by: string
  /** What this push moved, when that is known: nothing else is taken for its doing. */
  readonly moved?: readonly Moved[] | undefined
}

/** A ref and where it points now; null = it is gone. */
export type Moved = Pick<RefChange, 'ref' | 'after'>

export interface Accepting {
  readonly project: string
  readonly change: RefChange
  readonly telling: Telling
  readonly reading: Reading | ProposalReading | null
  readonly proposal?: Proposal | null
}

/** Event, run and new ref at once. Null when somebody has accepted this, or removed the project, while it was read. */
export function acceptChange(tx: Tx, accepting: Accepting): AcceptedEvent | null {
  const { projects } = tx.parts.store
  const { project, change } = accepting
  const known = projects.refs(project).get(change.ref) ?? null
  if (projects.get(project) === null || known !== change.before) return null
  projects.setRef(project, change.ref, change.after)
  if (proposalRef(change.ref) !== null) return recordProposal(tx, accepting)
  const publication = change.after === null ? null : publicationAt(tx, accepting)
  if (publication === null) return recordEvent(tx, accepting, reasonFor(accepting))
  // Whoever has found the tag first.
  return recordEvent(tx, { ...accepting, telling: { source: 'release', by: publication.by } }, ofRelease(accepting))
}

/** What came from outside, and the run that it leads to. */
export function recordEvent(tx: Tx, accepting: Accepting, { run: leads, because }: TriggerAnswer): AcceptedEvent {
  const { project, change, reading } = accepting
  const { source, by } = accepting.telling
  const { events } = tx.parts.store
  const draft = { ...change, project, source, by, at: tx.at, run: null, because }
  const id = events.add(draft)
  const run = leads && reading !== null ? startRun(tx, { ...accepting, reading }, id) : null
  if (run !== null) events.setRun(id, run.id)
  const event = { ...draft, id, run: run?.id ?? null }
  tx.fact({
    kind: 'event.accepted',
    project,
    subject: id,
    by,
    data: { ...change, source, run: event.run, because },
  })
  return event
}

/** The run of what stood there before is not waited for, nor gone on with: an approval is for one commit. */
function recordProposal(tx: Tx, accepting: Accepting): AcceptedEvent {
  const { project, change, telling, reading } = accepting
  if (reading === null || !('base' in reading)) return endProposal(tx, accepting)
  const { roles } = whoIs(tx.parts.store, telling.by, { project, environment: null })
  const { answer, proposal } = judged({ change, rank: rankOf(roles), reading })
  const event = recordEvent(tx, { ...accepting, proposal }, answer)
  withdrawOlder(tx, accepting, event.run ?? 'a later push')
  return event
}

function endProposal(tx: Tx, accepting: Accepting): AcceptedEvent {
  const event = recordEvent(tx, accepting, { run: false, because: 'the proposal was taken back' })
  withdrawOlder(tx, accepting, event.id)
  return event
}

function withdrawOlder(tx: Tx, { project, change }: Accepting, by: string): void {
  const open = tx.parts.store.runs.unfinished().filter((run) => run.project === project && run.ref === change.ref)
  for (const { id } of open.filter((run) => run.id !== by)) applyRun(tx, id, { type: 'superseded', by })
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

type Starting = Accepting & { readonly reading: Reading }

function startRun(tx: Tx, starting: Starting, event: string): Run {
  const { project, change, telling, reading, proposal = null } = starting
  const { commit, spec, relations } = reading
  for (const [other, relation] of relations)
    tx.parts.store.relations.set({ project, commit: commit.sha, other }, relation)
  // The configuration of a proposal is not its commit's.
  if (spec !== null) tx.parts.store.runs.saveSpec(project, proposal?.base ?? commit.sha, spec)
  if (proposal === null) tx.followUp({ look: 'timers', project })
  const run = tx.parts.store.runs.add({
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
    proposal,
    state: 'running',
    expiresAt: null,
    outcome: null,
    reason: null,
    jobs: jobsFor(tx, starting),
  })
  applyRun(tx, run.id, firstEvent(tx, starting))
  if (spec !== null) recordMigrations(tx, run, { spec, changed: reading.changed })
  if (spec === null || proposal !== null) return run
  if (telling.source !== 'timer') draftAll(tx, { project, spec, ref: change.ref, head: commit.sha })
  recordLacks(tx, run, spec)
  return run
}

function firstEvent({ at }: Tx, { reading, proposal = null }: Starting): RunEvent {
  const { spec, problems } = reading
  if (spec === null) return { type: 'refused', reason: `${configFile} is not valid:\n${(problems ?? []).join('\n')}` }
  return proposal?.isHeld === true ? { type: 'held', expiresAt: at + patienceMs } : { type: 'accepted' }
}

/** How long a proposal from outside waits for somebody to look at it. */
const patienceMs = 30 * 86_400_000

/** Of a proposal the checks only: what nobody has taken in yet is not built, and so goes nowhere. */
function jobsFor(tx: Tx, { project, reading, proposal = null }: Starting): readonly Job[] {
  const { commit, spec, changed, behind } = reading
  if (spec === null) return []
  const released = tx.parts.store.releases
    .ofCommitAll(project, commit.sha)
    .flatMap(({ app, discardedAt }) => (discardedAt === null ? [app] : []))
  const jobs = jobsOf({ spec, changed, released, behind })
  return proposal === null ? jobs : jobs.filter(({ kind }) => kind === 'check')
}
