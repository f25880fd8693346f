// Makes dist/, what the package holds: the programs in a few large files, what they read while they run, and the licences
// of what is within. What is there already is not written again, so that programs can go on running from it.
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const files = new Map([...(await programs()), ...assets()])
for (const [path, content] of files) write(path, content)
for (const path of globSync('**/*', { cwd: dist })) {
  if (!files.has(path) && statSync(join(dist, path)).isFile()) rmSync(join(dist, path))
}
process.stdout.write(`${files.size} files in dist/\n`)

/** Why they are bundled: docs/decisions/0320-bundle.md. */
async function programs() {
  const made = await build({
    absWorkingDir: root,
    entryPoints: globSync('src/*.ts', { cwd: root }),
    outdir: dist,
    // As deep as src/system/own-files.ts, which finds from there what the programs read.
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    external: Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies),
    // Packages that are not modules ask for built-in modules in their own way.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const outputs = made.outputFiles.map(({ path, contents }) => [relative(dist, path), Buffer.from(contents)])
  return [...outputs, ['licences.txt', Buffer.from(licences(Object.keys(made.metafile.inputs)))]]
}

/** Everything that lies beside the code: SQL, stylesheets, scripts of pages … */
function assets() {
  return globSync('src/**/*', { cwd: root })
    .filter((path) => !path.endsWith('.ts') && statSync(join(root, path)).isFile())
    .map((path) => [relative('src', path), readFileSync(join(root, path))])
}

function licences(inputs) {
  const folders = inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null)
  return [...new Set(folders.filter((folder) => folder !== null))].sort().map(licence).join('\n')
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each))
  if (file === undefined) throw new Error(`${folder} has no file with its licence`)
  return `${name} ${version}, ${license}\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`
}

function write(path, content) {
  const target = join(dist, path)
  if (content.equals(readIfThere(target))) return
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, content)
}

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0) // not there yet
  }
}
