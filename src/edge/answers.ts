import { STATUS_CODES } from 'node:http'
import type { AnswerHead } from './answer-head.ts'

export interface LocalAnswer {
  readonly status: number
  readonly body: string
  readonly type?: 'text/plain' | 'text/html' | 'application/json'
  /** When to ask again. */
  readonly retryAfterS?: number
  /** Further lines of the head, each with its CRLF. */
  readonly lines?: string
}

export const noFile: LocalAnswer = { status: 404, body: 'there is no such file\n' }

export interface Delivery {
  readonly isHead: boolean
  readonly isClose: boolean
  readonly minor: 0 | 1
  /** Wall clock. */
  readonly now: number
}

/** A whole answer made by the edge itself, as latin1 text. */
export function localAnswer(answer: LocalAnswer, delivery: Delivery): string {
  const { status, body, type = 'text/plain', retryAfterS, lines = '' } = answer
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n` +
    `Date: ${new Date(delivery.now).toUTCString()}\r\n` +
    `Content-Type: ${type}; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    'Cache-Control: no-store\r\n' +
    (retryAfterS === undefined ? '' : `Retry-After: ${retryAfterS}\r\n`) +
    lines +
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

export function connectionLine({ isClose, minor }: { readonly isClose: boolean; readonly minor: 0 | 1 }): string {
  if (isClose) return 'Connection: close\r\n'
  return minor === 0 ? 'Connection: keep-alive\r\n' : ''
}
