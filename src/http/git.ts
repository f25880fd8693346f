import type { Context, Hono } from 'hono'
import { Fault } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import type { GitAnswer, GitRequest, GitServer, GitService } from '../sources/source.ts'
import { type Gatekeeper, mustReach, mustReachSomewhere, type Principal, reaches, type Scope, sees } from './auth.ts'
import type { Env } from './env.ts'
import { logFailure, statusOf } from './respond.ts'

export interface GitParts {
  readonly git: GitServer
  readonly gatekeeper: Gatekeeper
  readonly log: Log
  isProject(name: string): boolean
}

/** `/git/NAME.git`: the three requests of the smart protocol, and nothing else. */
export function serveGit(app: Hono<Env>, parts: GitParts): void {
  app.get('/git/:repository/info/refs', (context) => {
    const service = serviceOf(context.req.query('service'))
    return answered(context, parts, service === null ? null : { service, kind: 'refs' })
  })
  app.post('/git/:repository/:service', (context) => {
    const service = serviceOf(context.req.param('service'))
    const isTheirs = context.req.header('content-type') === `application/x-${service}-request`
    return answered(context, parts, service === null || !isTheirs ? null : { service, kind: 'call' })
  })
}

interface Wanted {
  readonly service: GitService
  readonly kind: 'refs' | 'call'
}

/** Every error is one line of plain text: that is what git shows to the person. */
async function answered(context: Context<Env>, parts: GitParts, wanted: Wanted | null): Promise<Response> {
  try {
    const needed = scopeFor(wanted?.service ?? null)
    const authorization = context.req.header('authorization') ?? null
    const principal = parts.gatekeeper.admitGit(authorization)
    mustReachSomewhere(principal, needed)
    return await exchange(context, parts, { wanted, needed, principal })
  } catch (error) {
    return refused(context, error, parts.log)
  }
}

async function exchange(
  context: Context<Env>,
  parts: GitParts,
  {
    wanted,
    needed,
    principal,
  }: { readonly wanted: Wanted | null; readonly needed: Scope; readonly principal: Principal },
): Promise<Response> {
  const project = /^(.+)\.git$/.exec(context.req.param('repository') ?? '')?.[1] ?? ''
  if (!parts.isProject(project) || !sees(principal, project))
    throw new Fault('project.unknown', { details: { project } })
  const where = { project, environment: null }
  mustReach(principal, needed, where)
  // A question without an answer's body would leave git with nobody to talk to.
  if (wanted === null || context.req.method === 'HEAD')
    throw new Fault('request.invalid', { details: { problem: 'only git’s smart HTTP protocol is spoken here' } })
  const answer = await parts.git.serve({
    ...wanted,
    project,
    protocol: context.req.header('git-protocol') ?? null,
    encoding: context.req.header('content-encoding') ?? null,
    body: whileAdmitted(context.req.raw.body, () => parts.gatekeeper.isStillAdmitted(principal, needed, where)),
    by: principal.name,
    mayPush: reaches(principal, 'deploy', where) ? 'everything' : 'proposals',
    signal: context.req.raw.signal,
  })
  const body = outgoing(answer, () => context.env.outgoing.destroy(), parts.log)
  return new Response(body, { status: answer.status, headers: answer.headers })
}

/** Of whoever has lost the token or the role meanwhile nothing more is taken. */
function whileAdmitted(body: ReadableStream<Uint8Array> | null, isStill: () => boolean): GitRequest['body'] {
  const look = () => {
    if (!isStill()) throw new Fault('token.invalid')
  }
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      look()
      controller.enqueue(chunk)
    },
    flush: look,
  })
  return body?.pipeThrough(watch) ?? null
}

/** An answer that breaks off is cut, so that the client does not take the part for the whole. */
function outgoing(answer: GitAnswer, cut: () => void, log: Log): ReadableStream<Uint8Array> {
  const iterator = answer.body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await iterator.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      } catch (error) {
        log.warn('answer to git broke off', { error })
        cut()
        controller.close()
      }
    },
    async cancel(reason) {
      await iterator.return?.(reason)
    },
  })
}

function serviceOf(name: string | undefined): GitService | null {
  return name === 'git-upload-pack' || name === 'git-receive-pack' ? name : null
}

function scopeFor(service: GitService | null): Scope {
  return service === 'git-receive-pack' ? 'contribute' : 'read'
}

function refused(context: Context<Env>, error: unknown, log: Log): Response {
  const requestId = context.get('requestId')
  const fault = error instanceof Fault ? error : null
  const status = fault === null ? 500 : statusOf(fault)
  logFailure(error, context, log)
  const text = fault === null ? `Signalbox itself made a mistake (${requestId})` : `${fault.message}. ${fault.hint}`
  if (status === 401) context.header('www-authenticate', 'Basic realm="Signalbox", charset="UTF-8"')
  if (status === 503) context.header('retry-after', '5')
  return context.text(`${text}\n`, status)
}
