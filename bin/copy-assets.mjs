// Copies what the compiler leaves behind (SQL, stylesheets, scripts of pages …) from src/ to dist/, beside the code that reads it.
import { cpSync, globSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const assets = globSync('src/**/*', { cwd: root })
  .filter((path) => !path.endsWith('.ts') && statSync(join(root, path)).isFile())
  .sort()

for (const path of assets) cpSync(join(root, path), join(root, 'dist', relative('src', path)))
process.stdout.write(`${assets.length} files copied beside the code in dist/\n`)
