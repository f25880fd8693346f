import { Fault } from '../lib/fault.ts'
import { readText } from '../system/files.ts'
import { ownFile } from '../system/own-files.ts'

/** Of this program. The manifest stands beside `src/` in a checkout and beside `dist/` in the package. */
export async function programVersion(): Promise<string> {
  const path = ownFile('../package.json')
  const found: unknown = JSON.parse((await readText(path, 1024 * 1024)) ?? '{}')
  if (found === null || typeof found !== 'object' || !('version' in found) || typeof found.version !== 'string') {
    throw new Fault('internal.bug', { details: { what: `${path} tells no version` } })
  }
  return found.version
}
