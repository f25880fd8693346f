import type { Client } from '../api/client.ts'
import type { RunView } from '../api/views.ts'
import { type Answer, isMeant, mustBeAnswerable } from './answering.ts'
import type { Session } from './session.ts'
import { runHead } from './show/run.ts'

export interface RunAnswer extends Answer {
  readonly run: string
  readonly comment: string | undefined
}

/** Says that a proposal from outside may be run: the commit that was looked at, or the one that is shown now. */
export async function approveRun(session: Session, client: Client, answer: RunAnswer): Promise<void> {
  const { output } = session
  const { run, comment } = answer
  const flag = '--commit SHA, or --yes'
  mustBeAnswerable(session, answer, { what: 'A yes to the commit', flag })
  const shown = await client.call('runs.show', { params: { run } })
  for (const line of runHead(shown)) output.note(line)
  output.note(`  commit ${shown.commit}: look at it with \`${lookAt(shown)}\` before you say yes`)
  if (!(await isMeant(session, answer, { text: `Run ${run}?`, flag }))) return
  const commit = answer.lookedAt ?? shown.commit
  const approved = await client.call('runs.approve', { params: { run }, body: { commit, comment } })
  await output.show(approved, () => runHead(approved))
}

/** A plain fetch brings no proposals. */
function lookAt({ proposal }: RunView): string {
  const ref = proposal === null ? '' : ` signalbox refs/for/${proposal.branch}/${proposal.topic}`
  return `git fetch${ref} && git show FETCH_HEAD`
}

export async function rejectRun(
  { output }: Session,
  client: Client,
  { run, comment }: Pick<RunAnswer, 'run' | 'comment'>,
): Promise<void> {
  const rejected = await client.call('runs.reject', { params: { run }, body: { comment } })
  await output.show(rejected, () => runHead(rejected))
}
