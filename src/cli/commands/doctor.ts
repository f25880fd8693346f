import { Command } from '@commander-js/extra-typings'
import type { Client } from '../../api/client.ts'
import { type CheckupLine, clockLine, isWell, serverLine, tokenLine } from '../../domain/checkup.ts'
import { Fault } from '../../lib/fault.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Open, Session } from '../session.ts'
import { checkupLines } from '../show/checkup.ts'
import { configOf } from './server.ts'

export function doctorCommand(open: Open) {
  return new Command('doctor')
    .summary('look whether the server and its machine are well')
    .description(
      'Have the server look at itself: its machine, what it keeps, and everybody it has to reach. With --data, look from its own ' +
        'machine, also when it does not run. Exits with 1 when something has failed.',
    )
    .option('--data <folder>', 'of a server on this machine, which is not asked')
    .action(async ({ data }) => {
      const session = open()
      const { world, output, end } = session
      const lines = data === undefined ? await overTheApi(session) : await world.checkup(configOf(session, { data }))
      await output.show(lines, () => checkupLines(lines))
      if (!isWell(lines)) end(exitCodes.failed)
    })
}

/** That it cannot be asked is what somebody may have come for: it is a line like the others. */
async function overTheApi(session: Session): Promise<readonly CheckupLine[]> {
  const { url } = await session.login()
  const client = await session.client()
  try {
    const { version } = await client.call('version')
    return [serverLine(url, { value: version }), ...(await askedOf(client, session))]
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('server.')) return [serverLine(url, { problem: error.message })]
    throw error
  }
}

async function askedOf(client: Client, { world }: Session): Promise<readonly CheckupLine[]> {
  try {
    const before = world.clock.now()
    const { at } = await client.call('server.status')
    const skewMs = (before + world.clock.now()) / 2 - at
    return [clockLine(skewMs), ...(await client.call('server.checkup'))]
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('token.')) return [tokenLine(error.message)]
    throw error
  }
}
