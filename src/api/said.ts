import { Fault } from '../lib/fault.ts'
import { type FaultCode, faults } from '../lib/faults.ts'
import { error } from './views.ts'

/** What a server said went wrong, as the Fault it was there. */
export function said(body: unknown, otherwise: () => Fault): Fault {
  const result = error.safeParse(body)
  if (!result.success) return otherwise()
  const { code, message, hint, details, requestId } = result.data
  if (!isKnown(code)) return new Fault('server.said', { details: { code, message, hint, requestId, ...details } })
  return new Fault(code, { details: { ...details, requestId } })
}

/** A newer server may know more ways to fail. */
function isKnown(code: string): code is FaultCode {
  return Object.hasOwn(faults, code)
}
