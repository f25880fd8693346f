import type { z } from 'zod'
import type { RequestIssue } from '../api/refusal.ts'
import type { Route } from '../api/route.ts'
import type { Where } from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { mustReach, mustReachSomewhere, type Principal } from './auth.ts'
import { mustBeConfirmed } from './confirming.ts'
import type { Caller } from './handlers.ts'
import { whereIs } from './where.ts'

/** What a route is asked with, each part as its schema has it. */
export interface AnyAsked {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** What the table's types have made sure of, as seen from a loop over it. */
export type AnyHandler = (asked: AnyAsked, caller: Caller) => unknown

type Params = Readonly<Record<string, string>>

/**
 * What they ask about, and whether there is such a thing for them; then what they may do there, and whether it is still them.
 * Faults `token.forbidden`, `request.invalid`, `sign_in.confirm`, and those of `whereIs`.
 */
export function admittedTo(
  route: Route,
  params: Params,
  { store, principal }: { readonly store: Store; readonly principal: Principal },
): { readonly where: Where; readonly params: unknown } {
  const { scope } = route
  if (scope !== 'anyone') mustReachSomewhere(principal, scope)
  const found = checked('path', route.params, params)
  const where = whereIs(store, params, principal)
  if (scope !== 'anyone') mustReach(principal, scope, where)
  if (route.confirm) mustBeConfirmed(principal)
  return { where, params: found }
}

/** Fault `request.invalid`, with each place and what is wrong there. */
export function checked(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues: readonly RequestIssue[] = result.error.issues.slice(0, 5).map(({ path, message }) => ({
    path: path.slice(0, 10).map((key) => String(key).slice(0, 200)),
    problem: message.slice(0, 300),
  }))
  const told = issues.map(({ path, problem }) => `${[part, ...path].join('.').slice(0, 200)}: ${problem}`)
  throw invalid(told.join('; '), { issues })
}

export function invalid(problem: string, details: Readonly<Record<string, unknown>> = {}): Fault {
  return new Fault('request.invalid', { details: { problem, ...details } })
}
