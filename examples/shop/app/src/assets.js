import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { root } from './settings.js'

const types = { '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' }

/** Copies public/ to build/ under names with a fingerprint of the content, so that they may be kept for ever. */
export function buildAssets(from = join(root, 'public'), to = join(root, 'build')) {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  const names = {}
  for (const name of readdirSync(from).sort()) {
    const content = readFileSync(join(from, name))
    const mark = createHash('sha256').update(content).digest('hex').slice(0, 10)
    names[name] = `${name.slice(0, -extname(name).length)}.${mark}${extname(name)}`
    writeFileSync(join(to, names[name]), content)
  }
  writeFileSync(join(to, 'names.json'), JSON.stringify(names, null, 2))
  return names
}

/** What was built, in memory: `find(path)` for the server, `nameOf(file)` for the page. */
export function loadAssets(folder = join(root, 'build')) {
  if (!existsSync(join(folder, 'names.json'))) throw new Error(`${folder} is not there: run "npm run build" first`)
  const names = JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8'))
  const files = new Map(Object.values(names).map((name) => [`/${name}`, readFileSync(join(folder, name))]))
  return {
    nameOf: (name) => names[name],
    find: (path) => files.has(path) && { type: types[extname(path)], content: files.get(path) },
  }
}
