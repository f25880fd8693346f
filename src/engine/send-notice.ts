import type { Failure } from '../domain/delivery.ts'
import type { Message, Recipient } from '../domain/notice.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { redactor } from '../lib/redact.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'
import { openSecrets } from './project-secrets.ts'

/** No receiver is waited for any longer. */
const limitMs = 30_000

/** One call of a channel. Null when the receiver has taken the message; otherwise why not, without any secret. */
export async function sendNotice(
  parts: Parts,
  { message, recipient }: { readonly message: Message; readonly recipient: Recipient },
  signal: AbortSignal,
): Promise<Failure | null> {
  const { channel, to, signedWith, people } = recipient
  const named = secretName(to)
  const names = [...(named === null ? [] : [named]), ...signedWith]
  let values: Readonly<Record<string, string>> = {}
  try {
    values = await opened(parts, message.project, names)
    const address = {
      to: named === null ? to : (values[named] ?? ''),
      keys: signedWith.map((key) => values[key] ?? ''),
      people,
    }
    const limited = { clock: parts.clock, limitMs, what: channel, signal }
    await withLimit(limited, (own) => parts.notices.channels[channel].send(message, address, own))
    return null
  } catch (error) {
    signal.throwIfAborted()
    const failure = failureOf(error, redactor(Object.values(values)))
    parts.log.debug('notice not taken', { notice: message.id, channel, problem: failure.problem })
    return failure
  }
}

/** `$NAME` → NAME; null for an address that stands there itself. */
function secretName(to: string): string | null {
  return /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(to)?.[1] ?? null
}

async function opened(
  parts: Parts,
  project: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const secrets = await openSecrets(parts, project, names)
  if ('values' in secrets) return secrets.values
  throw new Fault('notice.no_secret', { details: { name: secrets.missing.join(', '), project } })
}

/** A mistake of our own, a bug in a channel, is tried again as well: a later version may have mended it. */
function failureOf(error: unknown, { text }: { text(line: string): string }): Failure {
  const isFault = error instanceof Fault
  const { retryAfterMs } = isFault ? error.details : {}
  return {
    problem: text(isFault ? `${error.message}. ${error.hint}` : messageOf(error)).slice(0, 1_000),
    mayMend: isFault ? error.temporary : true,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
  }
}
