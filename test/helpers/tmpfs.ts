import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tempDir } from './temp-dir.ts'

export type Size = `${number}${'k' | 'm'}`

export interface Tmpfs extends AsyncDisposable {
  readonly path: string
  /** Takes all space that is left; once more: what has become free since. */
  fill(): Promise<Ballast>
}

export interface Ballast extends AsyncDisposable {
  /** Gives the space back. */
  free(): Promise<void>
}

const run = promisify(execFile)

/** A small file system of its own that can be filled up. */
export async function tmpfs(size: Size): Promise<Tmpfs> {
  const dir = await tempDir()
  const mounted = await tmpfsAt(dir.path, size)
  return {
    ...mounted,
    async [Symbol.asyncDispose]() {
      await mounted[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** The same at a path of the caller's choice, over the folder that is there, or a new one. */
export async function tmpfsAt(path: string, size: Size): Promise<Tmpfs> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path])
  return {
    path,
    fill: () => fill(join(path, 'ballast')),
    [Symbol.asyncDispose]: async () => void (await run('umount', ['--lazy', path])),
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

async function fill(path: string): Promise<Ballast> {
  await using file = await open(path, 'a')
  const piece = Buffer.alloc(64 * 1024)
  for (let size = piece.length; size >= 1; size = Math.floor(size / 16)) {
    while ((await file.write(piece, 0, size).catch(noSpace)).bytesWritten > 0);
  }
  const free = () => rm(path, { force: true })
  return { free, [Symbol.asyncDispose]: free }
}

function noSpace(error: NodeJS.ErrnoException): { readonly bytesWritten: number } {
  if (error.code !== 'ENOSPC') throw error
  return { bytesWritten: 0 }
}
