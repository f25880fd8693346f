import type { Clock } from '../../lib/clock.ts'
import { Fault } from '../../lib/fault.ts'
import { type Child, type ChildResult, startChild } from '../../system/process.ts'
import type { GitService } from '../source.ts'
import { type Env, gitEnvironment, words } from './argv.ts'
import { within } from './body.ts'
import { repositoryPath } from './paths.ts'

/** One request to `git http-backend`, which speaks CGI. Nothing in it is text from the client but the body. */
export interface BackendRequest {
  readonly reposDir: string
  readonly project: string
  readonly service: GitService
  readonly kind: 'refs' | 'call'
  /** Which versions of git's protocol the client speaks. */
  readonly protocol: string | null
  readonly body: AsyncIterable<Uint8Array> | null
  readonly by: string
  readonly env: Env
  readonly limitMs: number
  /** How long the answer may go unread. */
  readonly idleMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface BackendAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Cancelling it ends git. */
  readonly body: ReadableStream<Uint8Array>
  readonly ended: Promise<ChildResult>
}

export async function callBackend(request: BackendRequest): Promise<BackendAnswer> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const child = await startChild({
    argv: words.backend,
    env: { ...gitEnvironment({ env: request.env, protocols: [] }), ...cgiVariables(request) },
    limitMs: request.limitMs,
    signal: request.signal,
    stdout: (bytes) => within(request, writer.write(bytes)),
    ...(request.body === null ? {} : { stdin: request.body }),
  })
  const ended = follow(child, writer)
  const output = readable.getReader()
  const head = await readHead(output)
  if (head !== null) return { ...headIn(head.text), body: bodyOf(head.rest, output), ended }
  await output.cancel()
  const { exitCode, tail } = await ended
  throw new Fault('git.failed', { details: { project: request.project, exitCode, tail } })
}

/** The output ends with the program, however it ended. */
async function follow(child: Child, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<ChildResult> {
  try {
    return await child.result
  } finally {
    writer.close().catch((error: unknown) => writer.abort(error))
  }
}

function cgiVariables({ project, service, kind, protocol, by, reposDir }: BackendRequest): Env {
  const name = repositoryPath('/', project)
  const variables: Env = {
    GIT_PROJECT_ROOT: reposDir,
    GIT_HTTP_EXPORT_ALL: '1',
    REMOTE_USER: by,
    REMOTE_ADDR: 'signalbox',
    SERVER_PROTOCOL: 'HTTP/1.1',
    ...(protocol !== null && /^version=[012]$/.test(protocol) ? { GIT_PROTOCOL: protocol } : {}),
  }
  if (kind === 'refs') {
    return { ...variables, REQUEST_METHOD: 'GET', PATH_INFO: `${name}/info/refs`, QUERY_STRING: `service=${service}` }
  }
  return {
    ...variables,
    REQUEST_METHOD: 'POST',
    PATH_INFO: `${name}/${service}`,
    QUERY_STRING: '',
    CONTENT_TYPE: `application/x-${service}-request`,
  }
}

const MOST_HEAD_BYTES = 16 * 1024

type Output = ReadableStreamDefaultReader<Uint8Array>

interface Head {
  readonly text: string
  readonly rest: Buffer
}

/** The header of a CGI answer; null when git ended before it was whole. */
async function readHead(output: Output): Promise<Head | null> {
  let held = Buffer.alloc(0)
  for (;;) {
    const end = held.indexOf('\r\n\r\n')
    if (end >= 0) return { text: held.toString('latin1', 0, end), rest: held.subarray(end + 4) }
    const next = held.length > MOST_HEAD_BYTES ? { done: true as const } : await output.read()
    if (next.done === true) return null
    held = Buffer.concat([held, next.value])
  }
}

function headIn(text: string): Pick<BackendAnswer, 'status' | 'headers'> {
  const fields = text.split('\r\n').map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const { status = '200', ...headers } = Object.fromEntries(fields)
  return { status: Number.parseInt(status, 10), headers }
}

function bodyOf(first: Buffer, output: Output): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (first.length > 0) controller.enqueue(first)
    },
    async pull(controller) {
      const next = await output.read()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    cancel: (reason) => output.cancel(reason),
  })
}
