import type { ConsolePieceView } from '../../api/views.ts'
import { findOneOff } from '../../engine/find.ts'
import { Fault } from '../../lib/fault.ts'
import type { TerminalInput } from '../../targets/driver.ts'
import type { Handlers, Sent } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { shown, toldAt } from './one-offs.ts'

type ConsoleRoutes = Pick<Handlers, 'consoles.open' | 'consoles.watch' | 'consoles.type'>

export function consoleRoutes(parts: ApiParts): ConsoleRoutes {
  const { actions } = parts
  return {
    'consoles.open': async ({ params, body }, { by }) => {
      const { app, command, name, destructive, instance, comment, limitMs, terminal } = body
      const place = { ...params, app }
      const words = command ?? (name === undefined ? shell : undefined)
      const told = words === undefined ? undefined : await toldAt(parts, place, words)
      const where = instance === undefined ? { kind: 'once' as const } : { kind: 'instance' as const, instance }
      const wish = { words, name, destructive, where, limitMs, terminal, told }
      return await shown(parts, actions.startOneOff(place, wish, { by, comment }))
    },
    'consoles.watch': ({ params }, { by, signal, lastEventId }) =>
      watch(parts, { oneOff: params.oneOff, by, signal, from: lastEventId === null ? 0 : offsetIn(lastEventId) }),
    'consoles.type': ({ params, body }, { by }) => {
      const { number, typed, size } = body
      const inputs: TerminalInput[] = []
      if (size !== undefined) inputs.push({ kind: 'resized', size })
      if (typed !== undefined) inputs.push({ kind: 'typed', bytes: Buffer.from(typed, 'base64') })
      actions.typeIntoConsole(params.oneOff, by, { number, inputs })
      return {}
    },
  }
}

const shell = ['/bin/sh']

interface Watching {
  readonly oneOff: string
  readonly by: string
  readonly from: number
  readonly signal: AbortSignal
}

/** A call of the target that is made again has another screen: it is shown from its beginning. */
async function* watch(parts: ApiParts, watching: Watching): AsyncGenerator<Sent<ConsolePieceView>> {
  const { store, actions, feed } = parts
  const { oneOff, by, signal } = watching
  let screen = actions.joinConsole(oneOff, by)
  let { from } = watching
  // Whoever watches knows at once where to go on if this breaks.
  yield sent({ offset: from, next: from, bytes: new Uint8Array(0) })
  try {
    while (!signal.aborted) {
      const wasOver = findOneOff(store, oneOff).state === 'finished' // Before the look: what is seen then is all there is.
      const piece = screen.look(from)
      if (piece !== null) {
        from = piece.next
        yield sent(piece)
      } else if (wasOver) return
      else if (screen.isHungUp) {
        await feed.next(signal)
        const now = findOneOff(store, oneOff).state === 'finished' ? screen : actions.joinConsole(oneOff, by)
        if (now !== screen) from = 0
        screen = now
      } else await screen.wait(signal)
    }
  } finally {
    actions.leaveConsole(oneOff)
  }
}

function offsetIn(id: string): number {
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw new Fault('request.invalid', { details: { problem: 'Last-Event-ID is not one of ours' } })
}

function sent({ offset, next, bytes }: { offset: number; next: number; bytes: Uint8Array }): Sent<ConsolePieceView> {
  return { id: String(next), data: { offset, next, shown: Buffer.from(bytes).toString('base64') } }
}
