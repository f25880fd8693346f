import type { SourceCommand, SourceTask } from '../domain/command.ts'
import { self } from '../domain/facts.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { CommitPair } from '../store/relations.ts'
import { acceptChange, recordEvent } from './accept.ts'
import { readArrivals } from './arrivals.ts'
import { drawUp } from './drafting.ts'
import type { Parts } from './parts.ts'
import { readCommit } from './reading.ts'
import { recordRelation, relationOf } from './relations.ts'
import type { Tx } from './tx.ts'

/** Stores what a task has given, in the transaction that ends its command. */
export type RecordResult = (tx: Tx) => void

/** One task with a repository. What git cannot do at the moment is tried again. */
export async function performSource(parts: Parts, { project, task }: SourceCommand): Promise<RecordResult> {
  try {
    return await perform(parts, project, task)
  } catch (error) {
    if (!(error instanceof Fault) || !mayMend(error)) throw error
    throw new Fault('git.not_now', { details: { project, problem: messageOf(error) }, cause: error })
  }
}

export function sourceFailed(tx: Tx, { project, task }: SourceCommand, reason: string): void {
  // Nobody waits for ever for an answer that does not come.
  if (task.kind === 'relation') recordRelation(tx, { project, commit: task.commit, other: task.other }, 'unknown')
  tx.fact({ kind: `${task.kind}.failed`, project, subject: project, by: self, data: { ...task, reason } })
}

function mayMend({ code }: Fault): boolean {
  return code.startsWith('git.') || code.startsWith('process.')
}

function perform(parts: Parts, project: string, task: SourceTask): Promise<RecordResult> {
  switch (task.kind) {
    case 'timed_run':
      return timedRun(parts, project, task)
    case 'draft':
      return drawUp(parts, { project, ...task })
    case 'tag':
      return tagPublished(parts, project, task.tag)
    case 'relation':
      return relation(parts, { project, commit: task.commit, other: task.other })
    case 'arrivals':
      return readArrivals(parts, task)
  }
}

/** The tag is accepted with the object it is made of: it may start a run, as a tag that was pushed may. */
async function tagPublished(parts: Parts, project: string, tag: string): Promise<RecordResult> {
  const publication = parts.store.publications.ofTag(project, tag)
  if (publication === null) return () => {} // The project was removed meanwhile.
  const { release, notes, by, at } = publication
  await parts.source.tag(project, { name: tag, commit: release.commit, message: `${tag}\n\n${notes}`, by, at })
  const change = { ref: `refs/tags/${tag}`, before: null, after: release.commit }
  const reading = await readCommit(parts, { ...change, project })
  return (tx) => {
    tx.fact({ kind: 'release.tagged', project, subject: release.id, by: self, data: { tag, commit: release.commit } })
    acceptChange(tx, { project, change, telling: { source: 'release', by }, reading })
  }
}

async function relation(parts: Parts, pair: CommitPair): Promise<RecordResult> {
  const found = await relationOf(parts.source, pair)
  return (tx) => recordRelation(tx, pair, found)
}

/** Every path counts, and every check runs: what is looked at by the clock is looked at whole. */
async function timedRun(
  parts: Parts,
  project: string,
  { branch, because }: SourceTask & { readonly kind: 'timed_run' },
): Promise<RecordResult> {
  const ref = `refs/heads/${branch}`
  const telling = { source: 'timer', by: self } as const
  const sha = (await parts.source.refs(project)).get(ref) ?? null
  if (sha === null) {
    const change = { ref, before: null, after: null }
    const answer = { run: false, because: `${because}; there is no such branch` }
    return (tx) => void recordEvent(tx, { project, change, telling, reading: null }, answer)
  }
  const change = { ref, before: sha, after: sha }
  const reading = { ...(await readCommit(parts, { ...change, project })), changed: null }
  const answer =
    reading.problems === null
      ? { run: false, because: `${because}; there is no signalbox.yml in its newest commit` }
      : { run: true, because }
  return (tx) => void recordEvent(tx, { project, change, telling, reading }, answer)
}
