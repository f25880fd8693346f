import type { Client } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { askYes, canAsk } from './prompt.ts'
import type { Session } from './session.ts'
import { oneOffLine, oneOffPlanLines } from './show/one-off.ts'

export interface OneOffAnswer {
  readonly oneOff: string
  readonly plan: string | undefined
  readonly isSure: boolean
  readonly comment: string | undefined
}

/** Says yes to a command that waits: by the hash that was looked at, or by what is shown now. */
export async function approveOneOff(session: Session, client: Client, answer: OneOffAnswer): Promise<void> {
  const { output, world } = session
  const { oneOff, isSure, comment } = answer
  const params = { oneOff }
  const flag = '--plan HASH, or --yes'
  if (answer.plan === undefined && !isSure && !canAsk(world)) {
    throw new Fault('command.input_needed', { details: { what: 'A yes to the plan', flag } })
  }
  const shown = answer.plan === undefined ? (await client.call('one-offs.show', { params })).plan : null
  for (const line of shown === null ? [] : oneOffPlanLines(shown)) output.note(line)
  const plan = answer.plan ?? shown?.hash
  if (plan === undefined) {
    throw new Fault('approval.not_waiting', { details: { deployment: oneOff, state: 'not asked for any more' } })
  }
  const isMeant = answer.plan !== undefined || isSure || (await askYes(world, { text: `Approve ${oneOff}?`, flag }))
  if (!isMeant) return output.note('Nothing was approved.')
  const approved = await client.call('one-offs.approve', { params, body: { plan, comment } })
  await output.show(approved, () => [oneOffLine(approved)])
}

export async function rejectOneOff(
  { output }: Session,
  client: Client,
  { oneOff, comment }: Pick<OneOffAnswer, 'oneOff' | 'comment'>,
): Promise<void> {
  const rejected = await client.call('one-offs.reject', { params: { oneOff }, body: { comment } })
  await output.show(rejected, () => [oneOffLine(rejected)])
}
