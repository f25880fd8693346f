import { basename, join } from 'node:path'
import type { Message } from '../domain/notice.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { problemOf, runChild } from '../system/process.ts'
import type { Channel } from './channel.ts'
import { payloadOf, typeOf } from './payload.ts'

export interface CommandParts {
  /** The only folder whose programs may be run; null = none may. What a repository says does not run as the server's user otherwise. */
  readonly folder: string | null
  /** Where those programs find others. */
  readonly path: string
}

const limitMs = 25_000
const graceMs = 2_000

/**
 * A program of this machine, run without a shell by the server's own user. It gets the message as JSON on standard input
 * and in variables, and nothing else of the server's surroundings.
 */
export function commandChannel({ folder, path }: CommandParts): Channel {
  return {
    async send(message, { to, people }, signal) {
      const argv = wordsOf(folder, to)
      const result = await runChild({
        ...{ argv, limitMs, graceMs, signal, cwd: folder ?? '/' },
        env: { PATH: path, LANG: 'C.UTF-8', SIGNALBOX: 'true', ...variablesOf(message) },
        stdin: `${JSON.stringify({ ...payloadOf(message, people), lines: message.lines })}\n`,
      }).catch((error: unknown) => {
        // Not there yet, say: whoever runs the server may still put it there.
        throw new Fault('notice.not_taken', { details: { problem: messageOf(error) }, cause: error })
      })
      signal.throwIfAborted()
      if (result.ended === 'itself' && result.exitCode === 0) return
      const said = result.tail.trim().slice(-300)
      const problem = `${basename(argv[0] ?? '')} ended with ${problemOf(result)}${said === '' ? '' : `: ${said}`}`
      throw new Fault('notice.not_taken', { details: { problem } })
    },
  }
}

function variablesOf(message: Message): Readonly<Record<string, string>> {
  const { project, environment, app, subject, title, url, id } = message
  return {
    ...{ SIGNALBOX_EVENT: typeOf(message), SIGNALBOX_NOTICE: id, SIGNALBOX_PROJECT: project },
    ...{ SIGNALBOX_ENVIRONMENT: environment ?? '', SIGNALBOX_APP: app ?? '', SIGNALBOX_SUBJECT: subject },
    ...{ SIGNALBOX_TITLE: title, SIGNALBOX_URL: url },
  }
}

function wordsOf(folder: string | null, to: string): readonly string[] {
  const [program = '', ...words] = to.split(/\s+/).filter((word) => word !== '')
  if (folder === null) {
    const problem = 'it names no folder of programs that notices may run'
    throw new Fault('channel.not_ready', { details: { channel: 'command', problem, flag: '--notice-commands' } })
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(program)) {
    const problem = `${program === '' ? 'nothing' : program} is not the name of a program in ${folder}`
    throw new Fault('notice.refused', { details: { problem } })
  }
  return [join(folder, program), ...words]
}
