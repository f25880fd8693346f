import type { RequestHead } from './request-head.ts'

export interface Sender {
  /** `address:port` of the instance: its name when an HTTP/1.0 visitor gave none. */
  readonly instance: string
  /** Of the visitor's connection. */
  readonly address: string
  /** A proxy before us may say who the visitor really is. */
  readonly isTrusted: boolean
  readonly newRequestId: () => string
}

/** The head as an instance gets it, up to and with the empty line. */
export function headForInstance(head: RequestHead, sender: Sender): string {
  return (
    `${head.method} ${head.target} HTTP/1.1\r\n${head.lines}${forwardedLines(head, sender)}` +
    (head.minor === 0 ? `Host: ${head.host === '' ? sender.instance : head.host}\r\n` : '') +
    (head.expectsContinue ? 'Expect: 100-continue\r\n' : '') +
    (head.isWebSocket ? 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n' : '\r\n')
  )
}

/** What the edge tells an instance about the visitor; whatever the visitor said of itself is gone, unless trusted. */
function forwardedLines(head: RequestHead, sender: Sender): string {
  if (sender.isTrusted) return trustedLines(head, sender)
  return lines({ for: sender.address, proto: 'http', host: head.host, id: sender.newRequestId() })
}

/** Said by `lines` below, so never passed on as they came. */
const saidAnew = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-request-id'])

function trustedLines(head: RequestHead, sender: Sender): string {
  const said = new Map<string, string>()
  let others = ''
  for (const { name, value, line } of head.spoken) {
    if (!saidAnew.has(name)) others += `${line}\r\n`
    else said.set(name, said.has(name) ? `${said.get(name)}, ${value}` : value)
  }
  const before = said.get('x-forwarded-for')
  const id = said.get('x-request-id')
  return (
    others +
    lines({
      for: before === undefined ? sender.address : `${before}, ${sender.address}`,
      proto: said.get('x-forwarded-proto') ?? 'http',
      host: said.get('x-forwarded-host') ?? head.host,
      id: id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : sender.newRequestId(),
    })
  )
}

function lines(said: { for: string; proto: string; host: string; id: string }): string {
  return `X-Forwarded-For: ${said.for}\r\nX-Forwarded-Proto: ${said.proto}\r\nX-Forwarded-Host: ${said.host}\r\nX-Request-Id: ${said.id}\r\n`
}
