import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { tempDir } from './temp-dir.ts'

export interface Tmpfs extends AsyncDisposable {
  readonly path: string
}

const run = promisify(execFile)

/** A small file system of its own that can be filled up. */
export async function tmpfs(size: `${number}${'k' | 'm'}`): Promise<Tmpfs> {
  const dir = await tempDir()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir.path])
  return {
    path: dir.path,
    async [Symbol.asyncDispose]() {
      await run('umount', ['--lazy', dir.path])
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** Why a test with a small file system cannot run here, for `test(name, { skip: await noTmpfs() }, …)`; false when it can. */
export async function noTmpfs(): Promise<string | false> {
  try {
    await using _ = await tmpfs('64k')
    return false
  } catch (error) {
    return `this machine does not let us mount a tmpfs: ${error instanceof Error ? error.message : error}`
  }
}
