import { join, relative } from 'node:path'
import { fileNameFor } from '../lib/file-name.ts'
import { makeDirectory, namesIn, readText, removeTree, writeText } from '../system/files.ts'
import { bootId } from '../system/proc.ts'

/** The folder of one attempt. */
export interface Places {
  readonly root: string
  /** The files of the commit; steps start in here. */
  readonly workspace: string
  readonly home: string
  readonly temporary: string
  /** The runner's own: scripts, outputs, what recovery needs. Never part of an archive. */
  readonly own: string
}

export function placesOf(workDir: string, attempt: string): Places {
  return placesIn(join(workDir, fileNameFor(attempt)))
}

/** Fresh and empty, whatever an earlier call for the same attempt left there. */
export async function makePlaces(places: Places, attempt: string): Promise<void> {
  await removeTree(places.root)
  for (const path of [places.workspace, places.home, places.temporary, places.own]) await makeDirectory(path, 0o755)
  await writeText(recordIn(places), JSON.stringify({ attempt, boot: await bootId() }))
}

export interface LeftPlaces {
  readonly places: Places
  /** Null when it was cut off before it knew. */
  readonly attempt: string | null
  /** Whether the machine has not been started anew since. */
  readonly isSameBoot: boolean
}

/** What an earlier server left. */
export async function leftPlaces(workDir: string): Promise<readonly LeftPlaces[]> {
  const boot = await bootId()
  return Promise.all(
    (await namesIn(workDir)).map(async (name) => {
      const places = placesIn(join(workDir, name))
      const record = parseRecord(await readText(recordIn(places), 4_096))
      return { places, attempt: record?.attempt ?? null, isSameBoot: record?.boot === boot }
    }),
  )
}

/** A folder below another one, or null when the words lead out of it. */
export function folderWithin(base: string, ...words: readonly string[]): string | null {
  const path = join(base, ...words)
  return relative(base, path).split('/')[0] === '..' ? null : path
}

function placesIn(root: string): Places {
  const inside = (name: string) => join(root, name)
  return { root, workspace: inside('work'), home: inside('home'), temporary: inside('tmp'), own: inside('own') }
}

function recordIn(places: Places): string {
  return join(places.own, 'attempt.json')
}

function parseRecord(text: string | null): { readonly attempt: string; readonly boot: string } | null {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null // It was being written when the server was killed.
  }
}
