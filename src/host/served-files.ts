import type { FilesFolder, RouteFiles } from '../edge/protocol.ts'
import { Fault } from '../lib/fault.ts'
import { copyNewFiles } from '../system/copy-files.ts'
import { makeDirectory } from '../system/files.ts'
import { isWithin, withoutLinks } from '../system/folder-file.ts'
import type { ReleaseOnTarget, Routing, ServedFiles, ServedFolder } from '../targets/driver.ts'
import type { Layout } from './layout.ts'
import type { Releases } from './releases.ts'
import { appFolder } from './shared-folders.ts'

/** How long pages of the release before may still ask for its files, over the time its instances drain. */
const KEEP_MS = 10 * 60_000
const MOST_NAMED = 5

/** Where the edge finds static files. */
export class FileFolders {
  readonly #layout: Layout
  readonly #releases: Releases

  constructor({ layout, releases }: { readonly layout: Layout; readonly releases: Releases }) {
    this.#layout = layout
    this.#releases = releases
  }

  /** Those of a routing's release. Fault `release.files_unusable`. */
  async of(track: string, { files, release }: Pick<Routing, 'files' | 'release'>): Promise<readonly RouteFiles[]> {
    if (files === null || files.entries.length === 0) return []
    const roots = await this.#roots(track, release, files)
    return Promise.all(
      files.entries.map(async (entry) => {
        const path = files.kept === 'shared' ? this.#sharedFolder(track, entry) : await folderOf(entry, release, roots)
        const tag = files.kept === 'shared' ? 'shared' : release.digest.slice(0, 12)
        if (files.kept === 'shared') await makeDirectory(path, 0o700)
        const folder = { path: (await withoutLinks(path)) ?? path, digest: release.digest, tag, until: null }
        return { url: entry.url, maxAgeS: entry.maxAgeS, folders: [folder] }
      }),
    )
  }

  /** Faults `release.file_name_reused`, `release.files_unusable`. */
  async share(track: string, release: ReleaseOnTarget, files: ServedFiles, signal: AbortSignal): Promise<void> {
    const roots = await this.#roots(track, release, files)
    const copies = await Promise.all(
      files.entries.map(async (entry) => {
        return { from: await folderOf(entry, release, roots), to: this.#sharedFolder(track, entry) }
      }),
    )
    const reused = await copyNewFiles(copies, signal)
    if (reused.length === 0) return
    const more = reused.length > MOST_NAMED ? ` and ${reused.length - MOST_NAMED} more` : ''
    const named = `${reused.slice(0, MOST_NAMED).join(', ')}${more}`
    throw new Fault('release.file_name_reused', { details: { version: release.version, files: named } })
  }

  /** The files of an app within its release, and the folders a link in there may lead to. */
  async #roots(track: string, release: ReleaseOnTarget, { directory, shared }: ServedFiles): Promise<Roots> {
    const tree = await this.#releases.tree(track, release.digest, { directory, shared })
    const allowed = await Promise.all([tree, this.#layout.shared(track)].map(withoutLinks))
    return { app: appFolder(tree, directory), allowed: allowed.filter((root) => root !== null) }
  }

  #sharedFolder(track: string, { directory }: ServedFolder): string {
    return appFolder(this.#layout.files(track), directory)
  }
}

interface Roots {
  readonly app: string
  readonly allowed: readonly string[]
}

async function folderOf(entry: ServedFolder, { version }: ReleaseOnTarget, { app, allowed }: Roots): Promise<string> {
  const path = await withoutLinks(appFolder(app, entry.directory))
  const problem = problemOf(path, allowed)
  if (path !== null && problem === null) return path
  throw new Fault('release.files_unusable', { details: { directory: entry.directory, version, problem } })
}

function problemOf(path: string | null, allowed: readonly string[]): string | null {
  if (path === null) return 'there is no such folder in the release'
  return allowed.some((root) => isWithin(root, path)) ? null : 'it is a link that leads out of the release'
}

/** The folders of now, and behind them those of the release before for as long as somebody may ask for its files. */
export function withOlder(now: readonly RouteFiles[], older: readonly RouteFiles[]): readonly RouteFiles[] {
  const behind = (url: string) => older.find((files) => files.url === url)?.folders ?? []
  const gone = older.filter(({ url }) => !now.some((files) => files.url === url))
  return [
    ...now.map((files) => {
      const own = files.folders.map(({ path }) => path)
      return { ...files, folders: [...files.folders, ...behind(files.url).filter(({ path }) => !own.includes(path))] }
    }),
    ...gone,
  ]
}

/** What is left of the folders in force when another routing takes their place: limited, and without what is over. */
export function becomeOlder(
  files: readonly RouteFiles[],
  { at, isReplaced, drainMs }: Replacement,
): readonly RouteFiles[] {
  const aged = (folder: FilesFolder) =>
    folder.until === null && isReplaced ? { ...folder, until: at + KEEP_MS + drainMs } : folder
  return files
    .map((one) => ({ ...one, folders: one.folders.map(aged).filter(({ until }) => until !== null && until > at) }))
    .filter(({ folders }) => folders.length > 0)
}

interface Replacement {
  readonly at: number
  /** By another release. */
  readonly isReplaced: boolean
  /** The longest that instances of before may take to answer what they are answering. */
  readonly drainMs: number
}
