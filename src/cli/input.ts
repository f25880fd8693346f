import { Fault } from '../lib/fault.ts'
import type { World } from './world.ts'

export interface Wanted {
  /** For the error when a terminal is there instead of input: `the token`. */
  readonly what: string
  /** How to give it otherwise. */
  readonly flag: string
  readonly limitBytes: number
}

/** Everything on standard input, as it is piped in. Never waits for somebody to type. */
export async function readInput(world: World, { what, flag, limitBytes }: Wanted): Promise<string> {
  if (world.stdin.isTTY) throw new Fault('command.input_needed', { details: { what, flag } })
  const chunks: Uint8Array[] = []
  let bytes = 0
  const stop = () => world.stdin.destroy()
  world.signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of world.stdin) {
      bytes += chunk.length
      if (bytes > limitBytes) throw new Fault('file.too_large', { details: { path: 'standard input', limitBytes } })
      chunks.push(chunk)
    }
  } finally {
    world.signal.removeEventListener('abort', stop)
  }
  world.signal.throwIfAborted()
  return Buffer.concat(chunks).toString('utf8')
}
