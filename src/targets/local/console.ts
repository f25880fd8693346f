import type { ConsoleInput } from '../../host/protocol.ts'
import type { OneOff, OneOffResult, Order, Terminal } from '../driver.ts'
import type { HostCaller } from './host-caller.ts'
import type { Say } from './host-client.ts'

interface ConsoleOrder {
  readonly oneOff: OneOff
  readonly terminal: Terminal
  readonly order: Order
}

/** Joins a terminal to a program on the host. */
export async function consoleOnHost(
  host: HostCaller,
  { oneOff, terminal, order }: ConsoleOrder,
  signal: AbortSignal,
): Promise<OneOffResult> {
  const { size, input } = terminal
  let say: Say<'console'> | null = null
  const hear = ({ shown }: { readonly shown: string }) => {
    const bytes = Buffer.from(shown, 'base64')
    // Also what could not be shown is no longer on its way.
    void Promise.allSettled([terminal.show(bytes)]).then(() => say?.({ taken: bytes.length }))
  }
  const begin = (own: Say<'console'>) => {
    // A host that was gone is asked once more; what is typed goes on to it.
    if (say === null) void Promise.allSettled([carry(input, (each) => say?.(each))])
    say = own
  }
  return await host.call({ verb: 'console', ask: { oneOff, size, order }, hear, begin }, signal)
}

async function carry(input: Terminal['input'], say: (input: ConsoleInput) => Promise<void> | undefined): Promise<void> {
  for await (const each of input) {
    await say(each.kind === 'typed' ? { typed: Buffer.from(each.bytes).toString('base64') } : { size: each.size })
  }
  await say({ hungUp: true })
}
