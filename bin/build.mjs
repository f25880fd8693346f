// Makes dist/, what the package holds: the programs in a few large files, what they read while they run, and the licences
// of what is within. What is there already is not written again, so that programs can go on running from it.
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const files = new Map([...(await programs()), ...assets()])
// What a program names is there before it is.
const inOrder = [...files].sort(([a], [b]) => Number(b.includes('/')) - Number(a.includes('/')))
for (const [path, content] of inOrder) write(path, content)
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
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  mustBeInChunk(made.metafile, 'src/system/own-files.ts')
  const outputs = made.outputFiles.map(({ path, contents }) => [relative(dist, path), Buffer.from(contents)])
  return [...outputs, ['licences.txt', Buffer.from(licences(Object.keys(made.metafile.inputs)))]]
}

/** Everything that lies beside the code: SQL, stylesheets, scripts of pages … */
function assets() {
  return globSync('src/**/*', { cwd: root })
    .filter((path) => !path.endsWith('.ts') && statSync(join(root, path)).isFile())
    .map((path) => [relative('src', path), readFileSync(join(root, path))])
}

/** Elsewhere it would look in the wrong folder. */
function mustBeInChunk({ outputs }, source) {
  const found = Object.entries(outputs).find(([, { inputs }]) => source in inputs)?.[0]
  if (!found?.startsWith('dist/chunks/')) throw new Error(`${source} is in ${found}, not in a chunk`)
}

/** Of each package its own files about it, and what stands at the head of single files of others. */
function licences(inputs) {
  const files = inputs.filter((path) => path.includes('node_modules/'))
  const byFolder = Map.groupBy(files, (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)[0])
  return [...byFolder]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, own]) => licence(folder, own))
    .join('\n')
}

function licence(folder, inputs) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const files = readdirSync(join(root, folder)).filter((each) => /^(licen[cs]e|copying|notice|copyright)/i.test(each))
  if (!files.some((each) => /^(licen[cs]e|copying)/i.test(each)))
    throw new Error(`${folder} has no file with its licence`)
  const whole = files.map((each) => readFileSync(join(root, folder, each), 'utf8').trim())
  const heads = inputs.flatMap((path) => readFileSync(join(root, path), 'utf8').match(/\/\*[\s\S]*?\*\//g) ?? [])
  const notices = new Set(heads.filter((comment) => /copyright/i.test(comment)))
  return `${[`${name} ${version}, ${license}`, ...whole, ...notices].join('\n\n')}\n`
}

/** By a rename: whoever starts it meanwhile finds the old or the new. */
function write(path, content) {
  const target = join(dist, path)
  if (existsSync(target) && content.equals(readFileSync(target))) return
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(`${target}.new`, content)
  renameSync(`${target}.new`, target)
}
