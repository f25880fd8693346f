import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { compiled, program } from './program.ts'

export interface CliOptions {
  /** Added to an environment that holds nothing but PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>
  /** What is piped in; nothing when left out. */
  readonly input?: string
  readonly cwd: string
  /** Words put before the program. */
  readonly wrap?: readonly string[]
}

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Everything on standard output, as the one JSON document it must be. */
  json<T = unknown>(): T
  /** The same where each line is a document. */
  items<T = unknown>(): readonly T[]
}

/** The command line as a real process, without a terminal. `cwd` is its home too. */
export async function cli(words: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = start(words, options)
  child.stdin.on('error', () => {}) // It may end before it has read everything.
  child.stdin.end(options.input ?? '')
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return {
    ...{ code, stdout, stderr },
    json: <T>() => JSON.parse(stdout) as T,
    items: <T>() => stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as T), // biome-ignore format: one thought
  }
}

export interface Answer {
  readonly after: RegExp
  readonly type: string
}

/** The same at a terminal, made by script(1): types each answer as soon as its question stands there. */
export async function cliAtTerminal(
  words: readonly string[],
  options: CliOptions & { readonly answers?: readonly Answer[] },
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const quoted = [process.execPath, program, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  // A terminal made by script(1) is no column wide.
  const command = `stty cols 100 rows 40 && exec ${quoted}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: options.cwd,
    // One that is not answered waits for ever.
    signal: AbortSignal.timeout(30_000),
    env: { TERM: 'xterm', SHELL: '/bin/sh', ...environment(options) },
  })
  child.on('error', () => {}) // Its limit; the screen shows what it waited for.
  const answers = [...(options.answers ?? [])]
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    screen += chunk
    const [next] = answers
    if (next?.after.test(screen)) child.stdin.write(answers.shift()?.type ?? '')
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, screen }
}

/** A process that goes on until the test ends it. */
export function start(words: readonly string[], options: CliOptions) {
  const [first = '', ...rest] = [...(options.wrap ?? []), process.execPath, program, ...words]
  return spawn(first, rest, { cwd: options.cwd, env: environment(options), stdio: 'pipe' })
}

function environment({ env, cwd }: CliOptions): Record<string, string> {
  const PATH = process.env.PATH ?? '/usr/bin:/bin'
  return { PATH, HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', NODE_COMPILE_CACHE: compiled, ...env }
}
