import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Why tests that need strace cannot run here; false when they can. `bin/engines strace` installs it. */
export async function noStrace(): Promise<string | false> {
  try {
    await promisify(execFile)('strace', ['-e', 'trace=none', 'true'])
    return false
  } catch (error) {
    const problem = `strace does not run here (bin/engines strace): ${error instanceof Error ? error.message : error}`
    if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
    return problem
  }
}

/** Words that note a program's database writes in a file. Only its main thread, where the store is. */
export function noteWrites(file: string): readonly string[] {
  return ['strace', '-q', '-o', file, '-e', 'trace=fsync,pwrite64', '-e', 'signal=none']
}

/** Words that kill a program with SIGKILL at the n-th such call of its main thread, before the call is made. */
export function killAt({ call, n }: KillPoint): readonly string[] {
  return [
    'strace',
    '-q',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    'signal=none',
    '-e',
    `inject=${call}:signal=KILL:when=${n}`,
  ]
}

/** The same at the first such call, of any of its threads, that names this path. */
export function killAtPath(call: 'rename' | 'unlink' | 'mkdir', path: string): readonly string[] {
  const inject = `inject=${call}:signal=KILL:when=1`
  return ['strace', '-f', '-q', '-o', '/dev/null', '-P', path, '-e', `trace=${call}`, '-e', 'signal=none', '-e', inject]
}

export interface KillPoint {
  readonly call: 'fsync' | 'pwrite64'
  readonly n: number
}

/** One commit of the store, as the numbers of its calls: its first write and its sync. */
export interface Commit {
  readonly firstWrite: number
  readonly sync: number
}

/** The commits among the calls that were noted, in order. */
export async function commitsIn(file: string): Promise<readonly Commit[]> {
  const commits: Commit[] = []
  let writes = 0
  let syncs = 0
  let firstWrite: number | null = null
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    if (line.startsWith('pwrite64(')) {
      writes += 1
      firstWrite ??= writes
    }
    if (line.startsWith('fsync(')) {
      syncs += 1
      if (firstWrite !== null) commits.push({ firstWrite, sync: syncs })
      firstWrite = null
    }
  }
  return commits
}
