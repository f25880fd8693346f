import { readlink } from 'node:fs/promises'
import { Fault } from '../lib/fault.ts'
import { exists, readText } from './files.ts'
import { runChild } from './process.ts'
import { systemPath } from './programs.ts'

/** What util-linux and coreutils have, on every Debian. */
const script = '/usr/bin/script'
const stty = '/usr/bin/stty'

export interface Size {
  readonly rows: number
  readonly columns: number
}

/** Fault `target.no_terminal`. */
export async function assertTerminal(): Promise<void> {
  for (const program of [script, stty])
    if (!(await exists(program))) throw new Fault('target.no_terminal', { details: { program } })
}

/**
 * Words that run a program at a terminal of its own, with its exit code: script(1) makes the terminal, and carries to it what
 * comes in and out what goes there. Its name is left in a file, for `resizeTerminal`.
 */
export function terminalWords(
  argv: readonly string[],
  { size, nameFile }: { readonly size: Size; readonly nameFile: string },
): readonly string[] {
  const begin = `tty > ${quoted(nameFile)} && ${stty} ${sizeWords(size).join(' ')} && exec ${argv.map(quoted).join(' ')}`
  const outside = [script, '--quiet', '--return', '--flush', '--command', begin, '/dev/null']
  // script(1) hands the text to $SHELL, which may be none that understands it.
  return ['/usr/bin/env', 'SHELL=/bin/sh', ...outside]
}

/** The program in front is told by SIGWINCH. */
export async function resizeTerminal(nameFile: string, size: Size): Promise<void> {
  const name = (await readText(nameFile, 100))?.trim() ?? ''
  if (!/^\/dev\/pts\/\d+$/.test(name)) return
  const argv = [stty, '-F', name, ...sizeWords(size)]
  await runChild({ argv, env: { PATH: systemPath }, limitMs: 5_000, signal: new AbortController().signal })
}

/**
 * Whether the terminal that we write to turns `\n` into `\r\n`. Node's raw mode leaves that on, and a far program that has its
 * terminal raw means `\n` as it is. Where the terminal has no name that we can find out, it stays as it was.
 */
export async function setNewlines(newlines: 'as they are' | 'with returns'): Promise<void> {
  const name = await readlink('/proc/self/fd/1').catch(() => '') // A system without /proc.
  if (!/^\/dev\/pts\/\d+$|^\/dev\/tty\d+$/.test(name)) return
  const argv = [stty, '-F', name, newlines === 'as they are' ? '-onlcr' : 'onlcr']
  await runChild({ argv, env: { PATH: systemPath }, limitMs: 5_000, signal: new AbortController().signal })
}

function sizeWords({ rows, columns }: Size): readonly string[] {
  return ['rows', String(rows), 'cols', String(columns)]
}

/** As one word for a POSIX shell: within single quotes nothing means anything but their end. script(1) takes no words, only text. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
