import { join, normalize } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { makeDirectory } from '../system/files.ts'
import { kindOf, linkToKept } from '../system/links.ts'

export interface Sharing {
  /** The unpacked release, and the app's folder within it. */
  readonly tree: string
  readonly directory: string
  /** Paths relative to the app's folder that outlive releases. */
  readonly shared: readonly string[]
  /** Where they really are. */
  readonly keptIn: string
}

/** Puts links to the kept folders into a release, so that what the app writes there outlives it. */
export async function shareFolders({ tree, directory, shared, keptIn }: Sharing): Promise<void> {
  if (shared.length === 0) return
  await makeDirectory(keptIn, 0o700)
  for (const path of shared) {
    const inside = plainPath(join(directory, path), path)
    await refuseDetour(tree, inside)
    await linkToKept(join(tree, inside), join(keptIn, plainPath(path, path)))
  }
}

/** The folder of an app within its release. */
export function appFolder(tree: string, directory: string): string {
  return directory === '.' || directory === '' ? tree : join(tree, plainPath(directory, directory))
}

function plainPath(path: string, said: string): string {
  const plain = normalize(path).replace(/\/+$/, '')
  const isInside = plain !== '.' && plain !== '..' && !plain.startsWith('../') && !plain.startsWith('/')
  if (!isInside || plain.includes('\0')) {
    throw new Fault('request.invalid', {
      details: { problem: `${JSON.stringify(said)} is not a path within the release` },
    })
  }
  return plain
}

/** A link in the release must not lead us out of it. */
async function refuseDetour(tree: string, inside: string): Promise<void> {
  const parts = inside.split('/').slice(0, -1)
  for (const [index] of parts.entries()) {
    const above = parts.slice(0, index + 1).join('/')
    const kind = await kindOf(join(tree, above))
    if (kind === 'folder' || kind === 'nothing') continue
    const problem = `the shared folder ${inside} lies under ${above}, which is a ${kind} in this release`
    throw new Fault('request.invalid', { details: { problem } })
  }
}
