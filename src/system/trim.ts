import { open, truncate } from 'node:fs/promises'
import { diskFault, isMissing } from './files.ts'

const CHUNK = 1024 * 1024

/**
 * Cuts a log down when it has grown over `limit`: its last `keep` bytes go to `old`, and it starts again empty. Whoever
 * writes must have opened it for appending. Lines written between the copy and the cut are lost: the price of not standing
 * between the writer and its log. Whether it was cut.
 */
export async function trimLog(path: string, old: string, sizes: { limit: number; keep: number }): Promise<boolean> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size <= sizes.limit) return false
    await using copy = await open(old, 'w', 0o600)
    const buffer = Buffer.alloc(CHUNK)
    for (let at = size - sizes.keep; ; ) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, at)
      if (bytesRead === 0) break
      await copy.write(buffer, 0, bytesRead)
      at += bytesRead
    }
    await truncate(path, 0)
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw diskFault(error, old)
  }
}
