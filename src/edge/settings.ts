import { parseArgs } from 'node:util'
import { Fault, messageOf } from '../lib/fault.ts'
import { defaultLimits } from './limits.ts'
import type { WorkerSettings } from './worker.ts'

const usage =
  'edge --id NAME --socket PATH --state FILE --listen HOST:PORT [--listen-fd N] [--trust-forwarded] [--hold]'

/** Reads the words of the command line; `SIGNALBOX_EDGE_TOKEN` is the one variable that counts. Fault `request.invalid`. */
export function parseSettings(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): WorkerSettings {
  const { id, socket, state, listen, ...flags } = parseWords(words)
  if (id === undefined || socket === undefined || state === undefined || listen === undefined) {
    throw invalid(`usage: ${usage}`)
  }
  return {
    ...{ id, socketPath: socket, statePath: state, listen: parseListen(listen), limits: defaultLimits },
    listenFd: flags['listen-fd'] === undefined ? null : parseFd(flags['listen-fd']),
    token: environment.SIGNALBOX_EDGE_TOKEN ?? null,
    trustsForwarded: flags['trust-forwarded'],
    isHeld: flags.hold,
  }
}

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        id: { type: 'string' },
        socket: { type: 'string' },
        state: { type: 'string' },
        listen: { type: 'string' },
        'listen-fd': { type: 'string' },
        'trust-forwarded': { type: 'boolean', default: false },
        hold: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw invalid(`${messageOf(error)}; usage: ${usage}`, error)
  }
}

/** `HOST:PORT`, an IPv6 host in brackets. */
function parseListen(text: string): { host: string; port: number } {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  if (found === null) throw invalid(`--listen must be HOST:PORT, not ${text}; usage: ${usage}`)
  return { host: found[1] ?? found[2] ?? '', port: Number(found[3]) }
}

function parseFd(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw invalid(`--listen-fd must be a number, not ${text}; usage: ${usage}`)
  return Number(text)
}

function invalid(problem: string, cause?: unknown): Fault {
  return new Fault('request.invalid', { details: { problem }, cause })
}
