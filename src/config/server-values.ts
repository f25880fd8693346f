import { z } from 'zod'
import { parseDuration } from '../lib/duration.ts'

export interface Address {
  readonly host: string
  /** 0 = any that is free. */
  readonly port: number
}

export const address = z.string().transform((text, context) => {
  const [, host, port] = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text) ?? []
  if (host !== undefined && Number(port) <= 65535) return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
  context.addIssue({ code: 'custom', message: 'HOST:PORT, such as 127.0.0.1:8700 or [::1]:8700' })
  return z.NEVER
})

export const networks = z.string().transform((text, context) => {
  const all = text.split(',').map((network) => network.trim())
  if (all.every(isNetwork)) return all
  context.addIssue({ code: 'custom', message: 'networks such as 10.0.0.0/8 or fd00::/8, with "," between' })
  return z.NEVER
})

export const backupTimes = z.string().transform((text, context) => {
  const ms = text === 'never' ? Number.POSITIVE_INFINITY : (parseDuration(text) ?? 0)
  if (ms >= 60_000) return ms
  context.addIssue({ code: 'custom', message: 'a duration such as 6h, of a minute or more, or never' })
  return z.NEVER
})

export const watts = z.string().transform((text, context) => {
  const [, idle = NaN, busy = NaN] = /^(\d{1,3}(?:\.\d+)?):(\d{1,3}(?:\.\d+)?)$/.exec(text)?.map(Number) ?? []
  if (idle <= busy && busy > 0) return { idle, busy }
  context.addIssue({ code: 'custom', message: 'IDLE:BUSY, such as 0.8:4.5, the second the larger' })
  return z.NEVER
})

export const isPath = z
  .string()
  .refine((text) => !text.includes('\0') && !/^\/+$/.test(text), { error: 'a path other than "/"' })

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const error = `a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,6}$/, { error, abort: true })
    .transform(Number)
    .pipe(z.int().min(min, { error }).max(max, { error }))
}

export function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    `${url.username}${url.password}` === ''
  )
}

function isNetwork(text: string): boolean {
  const [, address = '', prefix = ''] = /^([0-9A-Fa-f.:]+)\/(\d{1,3})$/.exec(text) ?? []
  if (z.ipv4().safeParse(address).success) return Number(prefix) <= 32
  return z.ipv6().safeParse(address).success && Number(prefix) <= 128
}
