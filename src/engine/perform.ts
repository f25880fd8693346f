import type { Command } from '../domain/command.ts'
import type { StepOutcome, Versions } from '../domain/deployment.ts'
import { self } from '../domain/facts.ts'
import type { Survey } from '../domain/migrations.ts'
import type { OneOffEnding } from '../domain/one-off.ts'
import type { JobEnding } from '../domain/run.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { applyDeployment, applyRun } from './apply.ts'
import { lookAgain } from './look-again.ts'
import { applyOneOff } from './one-offs.ts'
import type { Parts } from './parts.ts'
import { performClear } from './perform-clear.ts'
import { performConverge } from './perform-converge.ts'
import { performDoor } from './perform-door.ts'
import { performJob } from './perform-job.ts'
import { performEndOfOneOff, performOneOff } from './perform-one-off.ts'
import { performSource, type RecordResult, sourceFailed } from './perform-source.ts'
import { performStep } from './perform-step.ts'
import { performSurvey } from './perform-survey.ts'
import { noteVersions, performVersions } from './perform-versions.ts'
import { endSurvey, keepSurvey } from './surveys.ts'
import { transact } from './transact.ts'
import type { Tx } from './tx.ts'

/** What a command gave; null = there was nothing to do any more. */
export type Performed =
  | { readonly of: 'step'; readonly outcome: StepOutcome | null }
  | { readonly of: 'job'; readonly ending: JobEnding | null }
  | { readonly of: 'one_off'; readonly ending: OneOffEnding | null }
  | { readonly of: 'survey'; readonly found: Survey | null }
  | { readonly of: 'converge'; readonly found: string | null }
  | { readonly of: 'source'; readonly record: RecordResult }
  | { readonly of: 'versions'; readonly versions: Versions }
  | { readonly of: 'clear' | 'end_one_off' }
  | { readonly of: 'door' }

/** One command, one call. */
export async function perform(parts: Parts, row: OutboxRow<Command>, signal: AbortSignal): Promise<Performed> {
  const { command } = row
  const number = row.number ?? 0
  switch (command.do) {
    case 'step':
      return { of: 'step', outcome: await performStep(parts, command, number, signal) }
    case 'job':
      transact(
        parts,
        () => {},
        (tx) => applyRun(tx, command.run, { type: 'job_started', job: command.job, attempt: command.attempt }),
      )
      return { of: 'job', ending: await performJob(parts, command, signal) }
    case 'one_off':
      return { of: 'one_off', ending: await performOneOff(parts, command.oneOff, number, signal) }
    case 'end_one_off':
      await performEndOfOneOff(parts, command.oneOff, number, signal)
      return { of: 'end_one_off' }
    case 'survey':
      return { of: 'survey', found: await performSurvey(parts, command.survey, number, signal) }
    case 'converge':
      return { of: 'converge', found: await performConverge(parts, command.track, number, signal) }
    case 'source':
      return { of: 'source', record: await performSource(parts, command) }
    case 'versions':
      return { of: 'versions', versions: await performVersions(parts, command.deployment, signal) }
    case 'clear':
      await performClear(parts, command, number, signal)
      return { of: 'clear' }
    case 'door':
      await performDoor(parts, command.track, signal)
      return { of: 'door' }
  }
}

/** Brings a result back as the event it is. The command is done in any case. */
export function concluded(tx: Tx, row: OutboxRow<Command>, done: Performed): void {
  const { command } = row
  tx.parts.store.outbox.remove(row.id)
  if (command.do === 'step' && done.of === 'step' && done.outcome !== null) {
    const { phase, at } = command
    keepSurvey(tx, command.deployment, done.outcome)
    applyDeployment(tx, command.deployment, { type: 'step_done', phase, at, result: done.outcome })
  }
  if (command.do === 'job' && done.of === 'job' && done.ending !== null) {
    const { job, attempt } = command
    applyRun(tx, command.run, { type: 'job_finished', job, attempt, ending: done.ending })
  }
  if (command.do === 'one_off' && done.of === 'one_off' && done.ending !== null)
    applyOneOff(tx, command.oneOff, { type: 'ended', ending: done.ending })
  if (command.do === 'survey' && done.of === 'survey' && done.found !== null) endSurvey(tx, command.survey, done.found)
  if (command.do === 'converge' && done.of === 'converge') looked(tx, command.track, done.found)
  if (command.do === 'versions' && done.of === 'versions') noteVersions(tx, command.deployment, done.versions)
  if (done.of === 'source') done.record(tx)
}

/** The command's final no. */
export function failed(tx: Tx, row: OutboxRow<Command>, fault: Fault): void {
  const { command } = row
  tx.parts.store.outbox.remove(row.id)
  const reason = `${fault.message}`
  switch (command.do) {
    case 'step': {
      const outcome = isTheirs(fault) ? 'failed' : 'errored'
      const { phase, at } = command
      const { hint } = fault
      const data = { phase, at, reason, hint, evidence: fault.details }
      tx.fact({ kind: 'deployment.step_failed', project: row.project, subject: command.deployment, by: self, data })
      applyDeployment(tx, command.deployment, { type: 'step_failed', phase, at, ending: { outcome, reason, hint } })
      break
    }
    case 'job': {
      const ending = { outcome: 'errored', reason, outputs: {}, artifact: null } as const
      applyRun(tx, command.run, { type: 'job_finished', job: command.job, attempt: command.attempt, ending })
      break
    }
    case 'one_off':
      applyOneOff(tx, command.oneOff, { type: 'ended', ending: erroredOneOff(reason) })
      break
    case 'converge':
      looked(tx, command.track, `could not be brought back: ${reason}`)
      break
    default:
      gaveUp(tx, row.project, command, reason)
  }
}

/** What is left to do when something comes to nothing that no life cycle hears of, whyever. */
export function gaveUp(
  tx: Tx,
  project: string | null,
  command: Exclude<Command, { readonly do: 'step' | 'job' | 'one_off' | 'converge' }>,
  reason: string,
): void {
  switch (command.do) {
    case 'end_one_off':
      tx.fact({ kind: 'one_off.not_ended', project, subject: command.oneOff, by: self, data: { reason } })
      break
    case 'survey':
      endSurvey(tx, command.survey, { pending: null, problem: reason })
      break
    case 'source':
      sourceFailed(tx, command, reason)
      break
    case 'versions':
      noteVersions(tx, command.deployment, { at: tx.at, instances: {}, problem: reason })
      break
    case 'clear':
      tx.fact({ kind: 'track.not_cleared', project, subject: command.track, by: self, data: { reason } })
      break
    case 'door':
      tx.fact({ kind: 'track.door_not_told', project, subject: command.track, by: self, data: { reason } })
  }
}

export function erroredOneOff(reason: string): OneOffEnding {
  return { outcome: 'errored', reason, exitCode: null, results: [] }
}

/** A mistake of our own, as a Fault that says so. */
export function lostCause(error: unknown): Fault {
  return new Fault('internal.bug', { details: { what: messageOf(error) }, cause: error })
}

/** Whether the release or its configuration said no; everything else is ours or the world's. */
function isTheirs({ code }: Fault): boolean {
  const areas = [
    'instance.',
    'migration.',
    'backup.',
    'route.',
    'process.',
    'smoke.failed',
    'release.file',
    'deployment.not_as_planned',
  ]
  return areas.some((area) => code.startsWith(area))
}

/** The journal hears of a finding once, not at each look. */
function looked(tx: Tx, id: string, found: string | null): void {
  const { store } = tx.parts
  const track = store.tracks.get(id)
  if (track === null) return
  const before = store.tracks.finding(id)
  store.tracks.setChecked(id, tx.at, found)
  if (found === before) return
  if (found === null) lookAgain(tx, track)
  const kind = found === null ? 'track.as_it_should_be' : 'track.drifted'
  tx.fact({ kind, project: track.project, subject: id, by: self, data: { found } })
}
