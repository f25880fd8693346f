import type { Client } from '../api/client.ts'
import type { OneOffView } from '../api/views.ts'
import { linesOf, oneOffLog } from './logs/source.ts'
import { exitCodeOfOneOff, saysItself } from './one-off-ending.ts'
import type { Session } from './session.ts'

/** Shows what a command prints until it has ended, and ends as it did. */
export async function followOneOff(session: Session, client: Client, oneOff: string): Promise<void> {
  const ended = await follow(session, client, oneOff)
  if (session.output.json) await session.output.item(ended, () => '')
  else if (!saysItself(ended)) session.output.note(ended.reason ?? '')
  session.end(exitCodeOfOneOff(ended))
}

async function follow(session: Session, client: Client, oneOff: string): Promise<OneOffView> {
  const { output, world } = session
  try {
    for await (const { stream, text } of linesOf(oneOffLog(client, oneOff), { lines: null, follow: true })) {
      if (output.json) await output.item({ oneOff, stream, text }, () => '')
      else if (stream === 'o') await output.printed(text)
      else output.note({ printed: text })
    }
  } catch (error) {
    if (world.signal.aborted)
      output.note(`${oneOff} goes on without us; \`signalbox logs ${oneOff} --follow\` shows it`)
    throw error
  }
  return await client.call('one-offs.show', { params: { oneOff } })
}
