import { join } from 'node:path'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { sha256OfFile, syncFileSystem, unpackTar } from '../system/archive.ts'
import { codeOf, makeDirectory, namesIn, removeTree, syncDirectory, temporaryDirectory } from '../system/files.ts'
import { moveAway } from '../system/links.ts'
import { newId } from '../system/random.ts'
import type { ReleaseOnTarget } from '../targets/driver.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'
import { shareFolders } from './shared-folders.ts'
import { unlessAborted } from './waiting.ts'

/** Beside each unpacked release. */
interface Unpacked {
  readonly archive: string
  /** In which boot of the machine it was unpacked. */
  readonly bootId: string
  /** Whether its files have been written out to the disk since. */
  readonly isSynced: boolean
}

export interface ReleasesOptions {
  readonly layout: Layout
  readonly bootId: string
  readonly log: Log
  /** Aborted when the host ends. */
  readonly signal: AbortSignal
}

/** Unpacked releases, each track with its own, because an app writes into its shared folders through them. */
export class Releases {
  readonly #options: ReleasesOptions
  /** Work under way by folder: who asks for the same waits for the same. */
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(options: ReleasesOptions) {
    this.#options = options
  }

  /** Removes what an interrupted host left half done. */
  async sweep(): Promise<void> {
    const { layout } = this.#options
    for (const track of await namesIn(layout.allReleases)) {
      const names = await namesIn(join(layout.allReleases, track))
      for (const name of names.filter((one) => one.startsWith('.')))
        await removeTree(join(layout.allReleases, track, name))
    }
  }

  /** Faults `artifact.missing`, `artifact.damaged`, `disk.full`. */
  async prepare(
    track: string,
    release: ReleaseOnTarget,
    { archive, signal }: { readonly archive: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const folder = this.#folder(track, release.digest)
    await unlessAborted(
      this.#alone(folder, async () => {
        if (!(await this.#isWhole(folder))) await this.#unpack(folder, release.digest, archive)
      }),
      signal,
    )
  }

  /** The unpacked files of a prepared release, its shared folders linked in. */
  async tree(track: string, digest: string, use: { directory: string; shared: readonly string[] }): Promise<string> {
    const folder = this.#folder(track, digest)
    return this.#alone(folder, async () => {
      if (!(await this.#isWhole(folder))) await this.#again(folder, track, digest)
      const tree = join(folder, 'tree')
      await shareFolders({ tree, ...use, keptIn: this.#options.layout.shared(track) })
      return tree
    })
  }

  /** Where the files of a release are; whether they are there is not looked at. */
  place(track: string, digest: string): string {
    return join(this.#folder(track, digest), 'tree')
  }

  /** Deletes the unpacked releases of a track but these. */
  async keep(track: string, digests: ReadonlySet<string>): Promise<void> {
    const parent = this.#options.layout.releases(track)
    for (const name of await namesIn(parent)) {
      const folder = join(parent, name)
      if (!digests.has(name)) await this.#alone(folder, () => discard(folder))
    }
  }

  #folder(track: string, digest: string): string {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      throw new Fault('request.invalid', { details: { problem: `${JSON.stringify(digest)} is no SHA-256` } })
    }
    return join(this.#options.layout.releases(track), digest)
  }

  async #isWhole(folder: string): Promise<boolean> {
    const unpacked = await marker(folder).read(this.#options.log)
    // After a power loss files may be there by name only, unless they had reached the disk before.
    return unpacked !== null && (unpacked.isSynced || unpacked.bootId === this.#options.bootId)
  }

  /** For instances that are started again after a reboot, when nobody is there to call `prepare`. */
  async #again(folder: string, track: string, digest: string): Promise<void> {
    const unpacked = await marker(folder).read(this.#options.log)
    if (unpacked !== null) return this.#unpack(folder, digest, unpacked.archive)
    const problem = `the release ${digest} is not prepared for ${track}`
    throw new Fault('target.refused', { details: { target: 'local', problem } })
  }

  async #unpack(folder: string, digest: string, archive: string): Promise<void> {
    const { bootId, signal, log } = this.#options
    const parent = join(folder, '..')
    await makeDirectory(parent, 0o700)
    await using temporary = await temporaryDirectory('.unpacking', parent)
    const tree = join(temporary.path, 'tree')
    await makeDirectory(tree)
    await verifiedUnpack({ archive, digest, tree, signal })
    await marker(temporary.path).write({ archive, bootId, isSynced: false })
    await discard(folder)
    await moveAway(temporary.path, folder)
    await syncDirectory(parent)
    log.info('release unpacked', { digest, folder })
    void this.#sync(folder)
  }

  async #sync(folder: string): Promise<void> {
    const { signal, log } = this.#options
    try {
      await syncFileSystem(folder, signal)
      await this.#alone(folder, async () => {
        const unpacked = await marker(folder).read(log)
        if (unpacked !== null) await marker(folder).write({ ...unpacked, isSynced: true })
      })
    } catch (error) {
      if (!signal.aborted) log.warn('release not yet known to be on disk', { folder, problem: messageOf(error), error })
    }
  }

  async #alone<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(folder) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#underWay.set(folder, mine)
    try {
      return await mine
    } finally {
      if (this.#underWay.get(folder) === mine) this.#underWay.delete(folder)
    }
  }
}

interface Unpacking {
  readonly archive: string
  readonly digest: string
  readonly tree: string
  readonly signal: AbortSignal
}

/** Reads the archive and unpacks it at the same time; what is unpacked counts only when the digest is right. */
async function verifiedUnpack({ archive, digest, tree, signal }: Unpacking): Promise<void> {
  const [found, unpacked] = await Promise.allSettled([
    digestOf(archive, digest, signal),
    unpackTar(archive, tree, signal),
  ])
  if (found.status === 'rejected') throw found.reason
  if (found.value !== digest) throw new Fault('artifact.damaged', { details: { digest, found: found.value } })
  if (unpacked.status === 'rejected') throw unpacked.reason
}

async function digestOf(archive: string, digest: string, signal: AbortSignal): Promise<string> {
  try {
    return await sha256OfFile(archive, signal)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new Fault('artifact.missing', { details: { digest, archive }, cause: error })
    throw error
  }
}

function marker(folder: string): RecordFile<Unpacked> {
  return new RecordFile<Unpacked>(join(folder, 'release.json'))
}

/** First out of sight, then gone: half a release is never taken for one. */
async function discard(folder: string): Promise<void> {
  const hidden = join(folder, '..', newId('.gone'))
  if (await moveAway(folder, hidden)) await removeTree(hidden)
}
