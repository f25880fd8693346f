import type { Client } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { type Answer, isMeant, mustBeAnswerable } from './answering.ts'
import { followOneOff } from './one-off-following.ts'
import { waitForPeople } from './one-off-waiting.ts'
import type { Session } from './session.ts'
import { oneOffLine, oneOffPlanLines } from './show/one-off.ts'

export interface OneOffAnswer extends Answer {
  readonly oneOff: string
  readonly comment: string | undefined
  /** Stay until it has run. */
  readonly wait: boolean
}

/** Says yes to a command that waits: by the hash that was looked at, or by what is shown now. */
export async function approveOneOff(session: Session, client: Client, answer: OneOffAnswer): Promise<void> {
  const { output } = session
  const { oneOff, comment, wait } = answer
  const params = { oneOff }
  const flag = '--plan HASH, or --yes'
  mustBeAnswerable(session, answer, { what: 'A yes to the plan', flag })
  const shown = answer.lookedAt === undefined ? (await client.call('one-offs.show', { params })).plan : null
  for (const line of shown === null ? [] : oneOffPlanLines(shown)) output.note(line)
  const plan = answer.lookedAt ?? shown?.hash
  if (plan === undefined) {
    throw new Fault('approval.not_waiting', { details: { deployment: oneOff, state: 'not asked for any more' } })
  }
  if (!(await isMeant(session, answer, { text: `Approve ${oneOff}?`, flag }))) return
  const approved = await client.call('one-offs.approve', { params, body: { plan, comment } })
  if (!wait) return output.show(approved, () => [oneOffLine(approved)])
  const needsOthers = approved.state === 'waiting'
  if (needsOthers && !(await waitForPeople(session, client, { oneOff: approved, wait }))) return
  await followOneOff(session, client, oneOff)
}

export async function rejectOneOff(
  { output }: Session,
  client: Client,
  { oneOff, comment }: Pick<OneOffAnswer, 'oneOff' | 'comment'>,
): Promise<void> {
  const rejected = await client.call('one-offs.reject', { params: { oneOff }, body: { comment } })
  await output.show(rejected, () => [oneOffLine(rejected)])
}
