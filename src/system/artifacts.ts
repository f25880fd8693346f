import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { sha256OfFile } from './archive.ts'
import { diskFault, exists, isMissing, makeDirectory, namesIn, syncDirectory } from './files.ts'
import { newId } from './random.ts'

export interface StoredArchive {
  /** SHA-256 of the archive, hex. */
  readonly digest: string
  readonly bytes: number
}

/** Archives named by their content: `sha256/ab/ab….tar`. What stands under a name is whole; the same content twice is one file. */
export interface ArtifactStore {
  /** Fault `disk.full` leaves nothing behind. */
  put(content: AsyncIterable<Uint8Array>): Promise<StoredArchive>
  /** Has a file written by somebody else, at the path they are given, and takes it over. */
  take(write: (path: string) => Promise<void>): Promise<StoredArchive>
  /** For content that comes in calls: `write` …, then `commit`; disposed before that, nothing is left of it. */
  writer(): Promise<ArtifactWriter>
  /** Where the archive is. Says nothing of whether it is there: `verify` does. */
  path(digest: string): string
  /** Reads it all. Fault `artifact.missing` or `artifact.damaged`. */
  verify(digest: string): Promise<void>
  list(): Promise<readonly string[]>
  /** One that is not there is fine. */
  remove(digest: string): Promise<void>
  /** Removes what a killed server had not finished writing. Only for the one server that writes here, before its first `put`. */
  sweep(): Promise<void>
}

export interface ArtifactWriter extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>
  commit(): Promise<StoredArchive>
}

export interface ArtifactOptions {
  /** What their names end with. */
  readonly ending: string
  readonly mode: number
}

const archives: ArtifactOptions = { ending: '.tar', mode: 0o640 }

export function openArtifacts(directory: string, { ending, mode } = archives): ArtifactStore {
  const root = join(directory, 'sha256')
  const unfinished = join(directory, 'unfinished')
  const path = (digest: string) => join(root, checked(digest).slice(0, 2), `${digest}${ending}`)
  const writer = () => openWriter({ unfinished, path, mode })
  return {
    path,
    writer,
    take: (write) => takeOver({ unfinished, path, mode }, write),
    async put(content) {
      await using out = await writer()
      for await (const bytes of content) await out.write(bytes)
      return await out.commit() // before the writer is disposed
    },
    verify: (digest) => verify(digest, path(digest)),
    list: () => list(root, ending),
    remove: (digest) => rm(path(digest), { force: true }),
    sweep: () => rm(unfinished, { recursive: true, force: true }),
  }
}

/** A name that is no digest could lead anywhere. */
function checked(digest: string): string {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw new Fault('artifact.missing', { details: { digest } })
  return digest
}

interface Place {
  readonly unfinished: string
  readonly path: (digest: string) => string
  readonly mode: number
}

async function takeOver({ unfinished, path, mode }: Place, write: (path: string) => Promise<void>) {
  await makeDirectory(unfinished, 0o700)
  const temporary = join(unfinished, newId('archive'))
  try {
    return await guarded(temporary, async () => {
      await write(temporary)
      const bytes = await seal(temporary, mode)
      const digest = await sha256OfFile(temporary, new AbortController().signal)
      await settle(temporary, path(digest))
      return { digest, bytes }
    })
  } finally {
    await rm(temporary, { force: true })
  }
}

async function seal(path: string, mode: number): Promise<number> {
  await using file = await open(path, 'r')
  await file.chmod(mode)
  await file.sync()
  return (await file.stat()).size
}

async function openWriter({ unfinished, path: pathOf, mode }: Place): Promise<ArtifactWriter> {
  await makeDirectory(unfinished, 0o700)
  const temporary = join(unfinished, newId('archive'))
  const file = await guarded(temporary, () => open(temporary, 'wx', mode))
  const hash = createHash('sha256')
  let bytes = 0
  return {
    write: (chunk) =>
      guarded(temporary, async () => {
        hash.update(chunk)
        bytes += chunk.length
        await writeAll(file, chunk)
      }),
    async commit() {
      const digest = hash.digest('hex')
      await guarded(temporary, () => file.sync())
      await file.close()
      await settle(temporary, pathOf(digest))
      return { digest, bytes }
    },
    async [Symbol.asyncDispose]() {
      await file.close()
      await rm(temporary, { force: true })
    },
  }
}

/** A single write may take only a part, most of all when the disk is nearly full. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let from = 0; from < chunk.length; ) from += (await file.write(chunk, from)).bytesWritten
}

async function settle(temporary: string, path: string): Promise<void> {
  const folder = dirname(path)
  const isNew = !(await exists(folder))
  await makeDirectory(folder, 0o750)
  await guarded(path, () => rename(temporary, path))
  await syncDirectory(folder)
  if (isNew) await syncDirectory(dirname(folder))
}

async function guarded<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw diskFault(error, path)
  }
}

async function verify(digest: string, path: string): Promise<void> {
  const found = await sha256OfFile(path, new AbortController().signal).catch((error: unknown) => {
    if (isMissing(error)) throw new Fault('artifact.missing', { details: { digest }, cause: error })
    throw new Fault('artifact.damaged', { details: { digest, path }, cause: error })
  })
  if (found !== digest) throw new Fault('artifact.damaged', { details: { digest, path, found } })
}

async function list(root: string, ending: string): Promise<readonly string[]> {
  const names = await Promise.all((await namesIn(root)).map((folder) => namesIn(join(root, folder))))
  const digests = names.flat().map((name) => (name.endsWith(ending) ? name.slice(0, name.length - ending.length) : ''))
  return digests.filter((digest) => /^[0-9a-f]{64}$/.test(digest))
}
