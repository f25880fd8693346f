import { Fault } from '../../lib/fault.ts'
import { assertSuccess, type ChildResult, runChild } from '../../system/process.ts'
import { type Env, gitEnvironment } from './argv.ts'

export interface GitOptions {
  /** Folder of the bare repositories. */
  readonly reposDir: string
  /** What git may see of the server's environment: PATH, SSH_AUTH_SOCK. Left out, only the usual folders of programs. */
  readonly env?: Env
  /** Ends every git program of ours: the server stops. */
  readonly signal?: AbortSignal
}

/** How long any one question to a repository may take. */
const LIMIT_MS = 60_000
const MOST_BYTES = 64 * 1024 * 1024

export interface Asking {
  readonly stdin?: string
  readonly limitMs?: number
  readonly protocols?: readonly string[]
  readonly signal?: AbortSignal
}

export interface GitResult extends ChildResult {
  readonly stdout: Buffer
}

export interface Git {
  /** Runs git to its end, whatever its exit code. */
  ask(argv: readonly string[], asking?: Asking): Promise<GitResult>
  /** Bytes git printed; Fault `process.failed` unless it exited with 0. */
  bytes(argv: readonly string[], asking?: Asking): Promise<Buffer>
  text(argv: readonly string[], asking?: Asking): Promise<string>
}

/** The system's git, with nothing around it that could change what it does. */
export function git(options: Omit<GitOptions, 'reposDir'>): Git {
  const ask = async (argv: readonly string[], asking: Asking = {}): Promise<GitResult> => {
    const chunks: Uint8Array[] = []
    const result = await runChild({
      argv,
      env: gitEnvironment({ env: options.env ?? {}, protocols: asking.protocols ?? [] }),
      limitMs: asking.limitMs ?? LIMIT_MS,
      signal: AbortSignal.any([asking.signal, options.signal].filter((signal) => signal !== undefined)),
      stdout: collect(argv, chunks),
      ...(asking.stdin === undefined ? {} : { stdin: asking.stdin }),
    })
    if (result.ended === 'aborted') (asking.signal?.aborted ? asking.signal : options.signal)?.throwIfAborted()
    return { ...result, stdout: Buffer.concat(chunks) }
  }
  const bytes = async (argv: readonly string[], asking?: Asking) => {
    const result = await ask(argv, asking)
    assertSuccess(argv, result)
    return result.stdout
  }
  return { ask, bytes, text: async (argv, asking) => (await bytes(argv, asking)).toString('utf8') }
}

function collect(argv: readonly string[], chunks: Uint8Array[]): (chunk: Uint8Array) => void {
  let bytes = 0
  return (chunk) => {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Fault('process.too_much_output', { details: { argv, maxBytes: MOST_BYTES } })
    chunks.push(chunk)
  }
}
