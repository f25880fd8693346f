import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { Fault } from '../lib/fault.ts'

/** Forms up to this size; Fault `request.too_large` for others. */
export function formUpTo(limitBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: limitBytes,
    onError: () => {
      throw new Fault('request.too_large', { details: { limitBytes } })
    },
  })
}
