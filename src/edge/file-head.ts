import { STATUS_CODES } from 'node:http'
import { connectionLine, type Delivery } from './answers.ts'
import { contentType } from './content-type.ts'
import { fieldsNamed, type RequestHead } from './request-head.ts'

/** A file as far as its head is concerned. */
export interface FileFacts {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
  readonly tag: string
  readonly maxAgeS: number
  /** Whoever stands between us and the visitor must not keep it: it lies behind a password. */
  readonly isPrivate: boolean
}

/** What of a file is sent, and the head before it. */
export interface FileHead {
  readonly status: 200 | 206 | 304 | 416
  readonly lines: string
  readonly from: number
  readonly length: number
}

export function fileHead(file: FileFacts, request: RequestHead): FileHead {
  const tag = tagOf(file)
  const lines =
    `ETag: ${tag}\r\nCache-Control: ${file.isPrivate ? 'private' : 'public'}, max-age=${file.maxAgeS}\r\n` +
    'X-Content-Type-Options: nosniff\r\nAccept-Ranges: bytes\r\n'
  if (hasAlready(request, tag)) return { status: 304, lines, from: 0, length: 0 }
  const range = rangeOf(request, tag, file.size)
  if (range === 'none') {
    const refusal = `${lines}Content-Range: bytes */${file.size}\r\nContent-Length: 0\r\n`
    return { status: 416, lines: refusal, from: 0, length: 0 }
  }
  const { from, length } = range ?? { from: 0, length: file.size }
  const part = range === null ? '' : `Content-Range: bytes ${from}-${from + length - 1}/${file.size}\r\n`
  const type = `Content-Type: ${contentType(file.name)}\r\n`
  return {
    status: range === null ? 200 : 206,
    lines: `${lines}${type}${part}Content-Length: ${length}\r\n`,
    from,
    length,
  }
}

export function fileHeadText({ status, lines }: FileHead, delivery: Delivery): string {
  const date = new Date(delivery.now).toUTCString()
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nDate: ${date}\r\n${lines}${connectionLine(delivery)}\r\n`
}

function tagOf({ size, modifiedMs, tag }: FileFacts): string {
  return `"${tag}-${size.toString(36)}-${Math.round(modifiedMs).toString(36)}"`
}

function hasAlready(request: RequestHead, tag: string): boolean {
  const tags = fieldsNamed(request, 'if-none-match').join(',')
  return tags.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag)
}

/** Null for the whole; `none` when nothing of it is there. Of several ranges asked for at once, the whole is a right answer too. */
function rangeOf(request: RequestHead, tag: string, size: number): { from: number; length: number } | 'none' | null {
  const [condition] = fieldsNamed(request, 'if-range')
  const [asked = '', ...more] = fieldsNamed(request, 'range')
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(asked)
  if (found === null || more.length > 0 || (condition !== undefined && condition !== tag)) return null
  const [, first = '', last = ''] = found
  if (first === '' && last === '') return null
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  return from > to ? 'none' : { from, length: to - from + 1 }
}
