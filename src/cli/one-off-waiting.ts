import type { Client } from '../api/client.ts'
import type { OneOffDetailView, OneOffView } from '../api/views.ts'
import { Fault } from '../lib/fault.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'
import { oneOffLine, oneOffPlanLines, yesLines, yesRows } from './show/one-off.ts'
import { type Telling, tellingOf } from './telling.ts'
import { cyan, type Text } from './text.ts'

const lookMs = 1_000

/** Shows what people are asked about; with `wait` until they have answered. True when the command runs or has run. */
export async function waitForPeople(
  session: Session,
  client: Client,
  { oneOff, wait }: { readonly oneOff: OneOffView; readonly wait: boolean },
): Promise<boolean> {
  const { output } = session
  const { plan } = await client.call('one-offs.show', { params: { oneOff: oneOff.id } })
  if (!wait && output.json) await output.item({ ...oneOff, plan }, () => '')
  if (!wait) {
    for (const line of wishLines(oneOff, plan)) output.note(line)
    session.end(exitCodes.blocked)
    return false
  }
  const now = await untilAnswered(session, client, { oneOff, plan })
  if (now.startedAt !== null || now.state === 'started') return true
  await output.show(now, () => [oneOffLine(now)])
  session.end(exitCodes.cancelled)
  return false
}

type Wish = Pick<OneOffDetailView, 'plan'> & { readonly oneOff: OneOffView }

/** What the command prints is its own: all that is told here stands beside it. */
async function untilAnswered(session: Session, client: Client, { oneOff, plan }: Wish): Promise<OneOffDetailView> {
  const { clock, signal } = session.world
  await using telling = tellingOf<OneOffDetailView>(session, { lines: yesLines, rows: yesRows, isAside: true })
  for (const line of wishLines(oneOff, plan)) telling.remark(line)
  for (;;) {
    const now = await look(client, oneOff.id, telling)
    if (now !== null && now.state !== 'waiting') return now
    await clock.sleep(lookMs, signal)
  }
}

/** Null where the server ends: it is waited for. */
async function look(client: Client, oneOff: string, telling: Telling<OneOffDetailView>) {
  try {
    const now = await client.call('one-offs.show', { params: { oneOff } })
    await telling.look(now)
    return now
  } catch (error) {
    if (!(error instanceof Fault && error.temporary)) throw error
    telling.remark(`${error.message}; trying again`)
    return null
  }
}

function wishLines({ id }: OneOffView, plan: OneOffDetailView['plan']): readonly Text[] {
  const how = cyan(`signalbox approve ${id} --plan ${plan?.hash ?? 'HASH'}`)
  return [...(plan === null ? [] : oneOffPlanLines(plan)), ['It waits for approval: ', how]]
}
