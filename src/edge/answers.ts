import { STATUS_CODES } from 'node:http'
import type { AnswerHead } from './answer-head.ts'

export interface LocalAnswer {
  readonly status: number
  readonly body: string
  readonly type?: 'text/plain' | 'application/json'
  /** Ask again soon. */
  readonly isPassing?: boolean
}

interface Delivery {
  readonly isHead: boolean
  readonly isClose: boolean
  readonly minor: 0 | 1
  /** Wall clock. */
  readonly now: number
}

/** A whole answer made by the edge itself, as latin1 text. */
export function localAnswer(answer: LocalAnswer, delivery: Delivery): string {
  const { status, body, type = 'text/plain', isPassing = false } = answer
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n` +
    `Date: ${new Date(delivery.now).toUTCString()}\r\n` +
    `Content-Type: ${type}; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    'Cache-Control: no-store\r\n' +
    (isPassing ? 'Retry-After: 1\r\n' : '') +
    connectionLine(delivery)
  const text = Buffer.from(body).toString('latin1')
  return delivery.isHead ? `${head}\r\n` : `${head}\r\n${text}`
}

/** The head of an instance's answer as the visitor gets it. */
export function answerHeadText(
  head: AnswerHead,
  delivery: { readonly isClose: boolean; readonly minor: 0 | 1; readonly isChunked: boolean },
): string {
  return (
    `HTTP/1.1 ${head.status} ${head.reason}\r\n${head.lines}` +
    (delivery.isChunked ? 'Transfer-Encoding: chunked\r\n' : '') +
    connectionLine(delivery)
  )
}

function connectionLine({ isClose, minor }: { readonly isClose: boolean; readonly minor: 0 | 1 }): string {
  if (isClose) return 'Connection: close\r\n'
  return minor === 0 ? 'Connection: keep-alive\r\n' : ''
}
