import type { Client } from '../api/client.ts'
import type { OneOffView } from '../api/views.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'
import { oneOffLine, oneOffPlanLines } from './show/one-off.ts'
import { cyan } from './text.ts'

const lookMs = 1_000

/** Shows what people are asked about; with `wait` until they have answered. True when the command runs or has run. */
export async function waitForPeople(
  session: Session,
  client: Client,
  { oneOff, wait }: { readonly oneOff: OneOffView; readonly wait: boolean },
): Promise<boolean> {
  const { output, world } = session
  const params = { oneOff: oneOff.id }
  const { plan } = await client.call('one-offs.show', { params })
  if (!wait && output.json) await output.item({ ...oneOff, plan }, () => '')
  for (const line of plan === null ? [] : oneOffPlanLines(plan)) output.note(line)
  output.note(['It waits for approval: ', cyan(`signalbox approve ${oneOff.id} --plan ${plan?.hash ?? 'HASH'}`)])
  for (let now = oneOff; wait; now = await client.call('one-offs.show', { params })) {
    if (now.state === 'started' || (now.state === 'finished' && now.startedAt !== null)) return true
    if (now.state === 'finished') {
      await output.show(now, () => [oneOffLine(now)])
      session.end(exitCodes.cancelled)
      return false
    }
    await world.clock.sleep(lookMs, world.signal)
  }
  session.end(exitCodes.blocked)
  return false
}
