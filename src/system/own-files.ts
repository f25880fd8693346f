import { extname, join } from 'node:path'

/** What stands beside the code and is read while it runs. `src/` in a checkout, `dist/` in the package; both have it at the same places. */
const folder = join(import.meta.dirname, '..')

/** Path of a file of this program, by its path within `src/`. */
export function ownFile(path: string): string {
  return join(folder, path)
}

/** One of the programs directly under `src/`, in the form in which we ourselves run: TypeScript in a checkout, JavaScript in the package. */
export function ownProgram(name: 'main' | 'host' | 'edge' | 'store-thread' | 'copy-thread'): string {
  return ownFile(`${name}${extname(import.meta.filename)}`)
}
