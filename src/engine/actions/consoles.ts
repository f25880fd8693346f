import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import type { TerminalInput } from '../../targets/driver.ts'
import type { OpenConsole } from '../consoles.ts'
import { trackOf } from '../context.ts'
import { findOneOff } from '../find.ts'
import { mustBePermitted } from '../permissions.ts'
import type { Work } from './work.ts'

export function consoleActions({ parts }: Work) {
  const { store, consoles } = parts
  return {
    /** Sits down at a console that was opened. Faults `console.closed`, `console.not_yours`. */
    joinConsole(id: string, by: string): OpenConsole {
      mustBeTheirs(store, id, by)
      const console = consoles.of(id)
      console.hear()
      return console
    },

    /** Nothing is kept of one that is over. */
    leaveConsole(id: string): void {
      if (findOneOff(store, id).state === 'finished') consoles.forget(id)
    },

    typeIntoConsole(id: string, by: string, typing: Typing): void {
      mustBeTheirs(store, id, by)
      consoles.of(id).type(typing.number, typing.inputs)
    },
  }
}

interface Typing {
  /** Rising with each call. */
  readonly number: number
  readonly inputs: readonly TerminalInput[]
}

/** What one person types, nobody else may have typed; and a permission may be taken away meanwhile. */
function mustBeTheirs(store: Store, id: string, by: string): void {
  const { terminal, state, outcome, by: owner, track } = findOneOff(store, id)
  if (owner !== by) throw new Fault('console.not_yours', { details: { oneOff: id, owner } })
  if (terminal === undefined || state !== 'started') {
    const why = terminal === undefined ? 'it is a command without a terminal' : (outcome ?? 'it waits for approval')
    throw new Fault('console.closed', { details: { oneOff: id, state: why } })
  }
  const { project, environment } = trackOf(store, track)
  mustBePermitted(store, 'exec', { project, environment, by })
}
