import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { Fault } from '../lib/fault.ts'
import type { FaultCode } from '../lib/faults.ts'
import type { Log, LogFields } from '../lib/log.ts'
import type { Env } from './env.ts'
import { toldPath } from './told-path.ts'

/** What every error looks like on the wire. */
export interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>
  readonly requestId: string
}

/** Any error as an answer. What is not a Fault tells the client nothing but an id to look for in the log. */
export function respondWith(error: unknown, context: Context<Env>, log: Log): Response {
  logFailure(error, context, log)
  const requestId = context.get('requestId')
  const fault = faultOf(error)
  const status = statusOf(fault)
  return context.json(errorBody(fault, requestId), status, headersOf(fault, status))
}

/** Whoever was not let in, or not there, is told of in the log, with where they came from: somebody may be trying. */
export function logFailure(error: unknown, context: Context<Env>, log: Log, who: LogFields = {}): void {
  const { req, env } = context
  const status = statusOf(faultOf(error))
  log[levelOf(status)]('request failed', {
    ...{ requestId: context.get('requestId'), method: req.method, path: toldPath(req.path), status },
    ...{ address: env.incoming.socket.remoteAddress ?? '', ...who, error },
  })
}

function levelOf(status: number): 'debug' | 'info' | 'error' {
  if (status === 401 || status === 403 || status === 429) return 'info'
  return status >= 500 && status !== 503 ? 'error' : 'debug'
}

export function errorBody(error: unknown, requestId: string): ErrorBody {
  const { code, message, hint, details } = faultOf(error)
  return { code, message, hint, details, requestId }
}

/** The status that belongs to a fault. Only this file knows any. */
export function statusOf(fault: Fault): ContentfulStatusCode {
  const [area = '', word = ''] = fault.code.split('.')
  return byCode[fault.code] ?? byWord[word] ?? byArea[area] ?? (fault.temporary ? 503 : 409)
}

const byCode: Partial<Record<FaultCode, ContentfulStatusCode>> = {
  'approval.not_allowed': 403,
  'console.not_yours': 403,
  'disk.full': 507,
  'passkey.refused': 401,
  'permission.denied': 403,
  'permission.role': 403,
  'git.busy': 503,
  'repository.not_fetched': 422,
  'repository.origin_refused': 422,
  'request.encoding': 415,
  'request.foreign': 403,
  'request.media_type': 415,
  'request.too_large': 413,
  'request.too_slow': 408,
  'password.weak': 422,
  'server.starting': 503,
  'server.stopping': 503,
  'identity.not_yours': 404,
  'identity.unknown': 401,
  'provider.lost': 401,
  'provider.refused': 401,
  'provider.unreachable': 502,
  'sign_in.confirm': 403,
  'sign_in.first': 401,
  'sign_in.refused': 401,
  'sign_in.too_often': 429,
  'store.busy': 503,
  'target.unreachable': 502,
  'token.forbidden': 403,
  'token.invalid': 401,
  'token.missing': 401,
  'token.too_far': 403,
}

const byWord: Readonly<Record<string, ContentfulStatusCode>> = {
  unknown: 404,
  missing: 404,
  malformed: 400,
  invalid: 400,
  invalid_name: 400,
}

/** Areas in which a fault is never the client's doing, or always. */
const byArea: Readonly<Record<string, ContentfulStatusCode>> = {
  config: 422,
  file: 500,
  git: 500,
  internal: 500,
  process: 500,
  request: 400,
  store: 500,
}

/** Any error as a Fault: of what nobody expected nothing is told. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error
  return new Fault('internal.bug', { details: { what: 'an error nobody expected' }, cause: error })
}

const RETRY_AFTER_S = '5'

function headersOf(fault: Fault, status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="Signalbox"' }
  return status === 503 || (fault.temporary && status >= 500) ? { 'retry-after': RETRY_AFTER_S } : {}
}
