import { isAbsolute, join } from 'node:path'
import { Fault, messageOf } from '../lib/fault.ts'
import { codeOf, readText } from '../system/files.ts'

const problems: ReadonlyMap<string, string> = new Map([
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'you may not read it'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
])

/** A file that the person named, or null when it is not there. Fault `file.unreadable` when it is there and cannot be read. */
export async function readUserFile(path: string, limitBytes: number): Promise<string | null> {
  try {
    return await readText(path, limitBytes)
  } catch (error) {
    if (error instanceof Fault) throw error
    const problem = problems.get(codeOf(error) ?? '') ?? messageOf(error)
    throw new Fault('file.unreadable', { details: { path, problem }, cause: error })
  }
}

export function within(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path)
}
