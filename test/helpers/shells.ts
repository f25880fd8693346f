import { spawn, spawnSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Shell } from '../../src/cli/completion/scripts.ts'
import { compiled, program } from './program.ts'

/** Why a shell cannot be tested here; false when it can. `bin/engines` installs it. */
export function noShell(shell: Shell): string | false {
  const { error } = spawnSync(shell, ['-c', 'true'])
  if (error === undefined) return false
  const problem = `${shell} does not run here (bin/engines ${shell}): ${error.message}`
  if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
  return problem
}

/** How each is started with nothing of its user's, and made to complete. */
const starts: Readonly<Record<Shell, { readonly argv: readonly string[]; readonly begin: string }>> = {
  bash: { argv: ['bash', '--norc', '-i'], begin: 'source ./completion' },
  zsh: { argv: ['zsh', '-f', '-i'], begin: 'autoload -U compinit; compinit -D; source ./completion' },
  fish: { argv: ['fish', '--no-config', '-i'], begin: 'source ./completion' },
}

export interface AtPrompt {
  readonly shell: Shell
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Types a line at a prompt of the shell, tabs and all, and gives the words of the command that it ran then. */
export async function wordsRunBy({ shell, cwd, env }: AtPrompt, line: string): Promise<readonly string[]> {
  const bin = await programIn(cwd)
  await writeFile(join(cwd, 'completion'), spawnSync(join(bin, 'signalbox'), ['completion', shell]).stdout)
  const { argv, begin } = starts[shell]
  const child = spawn(
    'script',
    ['--quiet', '--command', `stty cols 200 rows 40; exec ${argv.join(' ')}`, '/dev/null'],
    {
      cwd,
      signal: AbortSignal.timeout(30_000),
      env: { HOME: cwd, TERM: 'xterm', SHELL: '/bin/sh', ...env, PATH: `${bin}:${process.env.PATH}` },
    },
  )
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk))
  child.stdin.write(`${begin}\r${line}\rexit\r`)
  await new Promise((resolve) => child.once('close', resolve).once('error', resolve))
  const [, ran] = /<ran>(.*)<\/ran>/s.exec(screen) ?? []
  if (ran === undefined) throw new Error(`nothing was run:\n${screen}`)
  return ran.split('|').slice(0, -1)
}

/** A `signalbox` that completes and prints as the real one, and of all else only says what it was given. */
async function programIn(cwd: string): Promise<string> {
  const bin = join(cwd, 'bin')
  const real = `NODE_COMPILE_CACHE=${compiled} exec ${process.execPath} ${program} "$@"`
  const text = `#!/bin/sh
case $1 in complet*) ${real};; esac
printf '<ran>'; printf '%s|' "$@"; printf '</ran>\\n'
`
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'signalbox'), text)
  await chmod(join(bin, 'signalbox'), 0o755)
  return bin
}
