import type { Client } from '../api/client.ts'
import type { RunView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { askYes, canAsk } from './prompt.ts'
import type { Session } from './session.ts'
import { runHead } from './show/run.ts'

export interface RunAnswer {
  readonly run: string
  /** The commit that was looked at. */
  readonly commit: string | undefined
  readonly isSure: boolean
  readonly comment: string | undefined
}

/** Says that a proposal from outside may be run: the commit that was looked at, or the one that is shown now. */
export async function approveRun(session: Session, client: Client, answer: RunAnswer): Promise<void> {
  const { output, world } = session
  const { run, isSure, comment } = answer
  const flag = '--commit SHA, or --yes'
  if (answer.commit === undefined && !isSure && !canAsk(world)) {
    throw new Fault('command.input_needed', { details: { what: 'A yes to the commit', flag } })
  }
  const shown = await client.call('runs.show', { params: { run } })
  for (const line of runHead(shown)) output.note(line)
  output.note(`  commit ${shown.commit}: look at it with \`${lookAt(shown)}\` before you say yes`)
  const commit = answer.commit ?? shown.commit
  const isMeant = answer.commit !== undefined || isSure || (await askYes(world, { text: `Run ${run}?`, flag }))
  if (!isMeant) return output.note('Nothing was approved.')
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
