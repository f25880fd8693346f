import { execFile, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { compiled, program } from './program.ts'
import { tempDir } from './temp-dir.ts'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)

const looks = { TERM: 'xterm-256color', NO_COLOR: '1', SHELL: '/bin/sh' }

export interface TerminalOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Otherwise 40 rows of 100 columns. */
  readonly size?: { readonly rows: number; readonly columns: number }
}

/** The command line at a terminal, made by script(1). */
export interface TerminalUnderTest extends AsyncDisposable {
  readonly screen: string
  type(text: string): void
  resize(rows: number, columns: number): Promise<void>
  sees(pattern: RegExp): Promise<void>
  /** The exit code, when it has ended by itself. */
  readonly code: Promise<number | null>
  /** As when the power goes: nothing is said any more. */
  kill(): Promise<void>
}

export async function atTerminal(
  words: readonly string[],
  { cwd, env, size: { rows, columns } = { rows: 40, columns: 100 } }: TerminalOptions,
): Promise<TerminalUnderTest> {
  const dir = await tempDir()
  const [tty, pid] = [join(dir.path, 'tty'), join(dir.path, 'pid')]
  const quoted = [process.execPath, program, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const command = `tty > ${tty}; echo $$ > ${pid}; stty cols ${columns} rows ${rows} && exec ${quoted}`
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, NODE_COMPILE_CACHE: compiled, ...looks, ...env },
  })
  let screen = ''
  let ended = false
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk))
  child.stdin.on('error', () => {}) // It may end before everything is typed.
  const code = new Promise<number | null>((resolve) => child.once('close', resolve)).finally(() => (ended = true))
  const kill = async () => {
    if (!ended) process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL')
    await code
  }
  return {
    get screen() {
      return screen
    },
    ...{ code, kill },
    type: (text) => void child.stdin.write(text),
    resize: async (rows, columns) => {
      const name = (await readFile(tty, 'utf8')).trim()
      await run('stty', ['-F', name, 'rows', String(rows), 'cols', String(columns)])
    },
    async sees(pattern) {
      await waitFor(`${pattern} on the screen`, () => pattern.test(screen) || null, 20_000).catch((error: unknown) => {
        throw new Error(`not seen: ${pattern}\n${screen}`, { cause: error })
      })
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await dir[Symbol.asyncDispose]()
    },
  }
}
