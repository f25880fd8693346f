import { createHmac } from 'node:crypto'
import type { Message } from '../domain/notice.ts'
import type { Channel } from './channel.ts'
import { type HttpParts, post } from './http.ts'
import { payloadOf } from './payload.ts'

/** A program that listens on the web, told by https://www.standardwebhooks.com: whoever has a key can tell that it was us. */
export function webhookChannel(parts: HttpParts): Channel {
  return {
    async send(message, { to, keys, people }, signal) {
      const body = JSON.stringify(payloadOf(message, people))
      const timestamp = String(Math.floor(parts.clock.now() / 1000))
      const signature = signatures(message, { timestamp, body, keys })
      const headers = {
        ...{ 'webhook-id': message.id, 'webhook-timestamp': timestamp },
        ...(signature === '' ? null : { 'webhook-signature': signature }),
      }
      await post(parts, { to, headers, body }, signal)
    },
  }
}

interface Signing {
  readonly timestamp: string
  readonly body: string
  readonly keys: readonly string[]
}

/** One for each key, so that a receiver may still have the old one while a new one takes its place. */
function signatures({ id }: Message, { timestamp, body, keys }: Signing): string {
  return keys
    .map((key) => createHmac('sha256', keyBytes(key)).update(`${id}.${timestamp}.${body}`).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ')
}

/** `whsec_` and base64, as the standard writes keys; any other text is the key itself. */
function keyBytes(key: string): Buffer {
  return key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key, 'utf8')
}
