import { wordsOf } from './fields.ts'
import { ownFields } from './protocol.ts'

/** Fields that belong to one connection, and are ours to say anew on the next. */
const hopByHop = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** What the edge says of the visitor itself; a visitor must not be able to say it. */
const spoken = new Set([
  'client-ip',
  'forwarded',
  'proxy', // becomes HTTP_PROXY in CGI programs
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-url',
  'x-real-ip',
  'x-request-id',
  'x-rewrite-url',
])

/** Fields the framing and the routing rest on: a `Connection` field cannot take them away. */
const framing = new Set(['content-length', 'host'])

const own: ReadonlySet<string> = new Set(Object.values(ownFields))

export function isHopByHop(name: string): boolean {
  return hopByHop.has(name)
}

/** Whether only the edge, or a trusted proxy before it, may say this to an instance. */
export function isSpokenByEdge(name: string): boolean {
  return name.startsWith('x-forwarded-') || spoken.has(name)
}

export function isOwn(name: string): boolean {
  return own.has(name)
}

/**
 * Many servers read `X_Forwarded_For` and `X-Forwarded-For` as one variable, so a name that differs from one of ours only
 * by such characters is never passed on.
 */
export function isDisguised(name: string): boolean {
  if (!/[^a-z0-9-]/.test(name)) return false
  const plain = name.replace(/[^a-z0-9]/g, '-')
  return isHopByHop(plain) || isSpokenByEdge(plain) || isOwn(plain) || framing.has(plain)
}

export interface Connection {
  readonly isClose: boolean
  readonly isKeepAlive: boolean
  readonly isUpgrade: boolean
  /** Further fields the sender meant for this connection only; null for none. */
  readonly nominated: ReadonlySet<string> | null
}

const silentConnection: Connection = { isClose: false, isKeepAlive: false, isUpgrade: false, nominated: null }

/** The `Connection` field's value, all lines of it joined. */
export function parseConnection(value: string | null): Connection {
  if (value === null) return silentConnection
  const words = new Set(wordsOf(value))
  const connection = { isClose: words.delete('close'), isKeepAlive: words.delete('keep-alive') }
  const isUpgrade = words.delete('upgrade')
  for (const name of framing) words.delete(name)
  return { ...connection, isUpgrade, nominated: words.size === 0 ? null : words }
}
