import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import test from 'node:test'

/**
 * The import table. A folder may import itself and what stands in its row: other folders, single files of them, built-in
 * modules and packages. `x/*` as a key stands for each folder within x by itself: its siblings are not its own.
 * The reasons are in docs/design/layout.md.
 */
const mayImport: Record<string, readonly string[]> = {
  lib: ['node:crypto'],
  // croner only calculates: given no function to call, it starts no timer and reads no clock.
  domain: ['lib', 'croner'],
  config: ['lib', 'domain', 'zod', 'yaml'],
  // The grammar is loaded when it is first needed: see docs/decisions/0170-postgres-grammar.md.
  system: ['lib', 'node:*', 'pino', 'age-encryption', 'libpg-query'],
  store: ['lib', 'domain', 'system/own-files.ts', 'node:sqlite', 'node:fs', 'node:path'],
  edge: ['lib', 'system', 'node:http', 'node:net', 'node:tls', 'node:events', 'node:stream', 'node:util'],
  host: ['lib', 'system', 'edge', 'targets/driver.ts', 'domain/spec.ts', 'node:net', 'node:path', 'node:events'],
  runner: ['lib', 'domain', 'system', 'node:path'],
  sources: ['lib', 'domain'],
  'sources/*': ['lib', 'domain', 'system', 'sources/source.ts', 'node:crypto', 'node:path'],
  targets: ['lib', 'domain'],
  'targets/*': ['lib', 'domain', 'system', 'targets/driver.ts', 'edge/protocol.ts', 'host/protocol.ts', 'node:path'],
  channels: ['lib', 'domain', 'system', 'node:crypto', 'node:path', 'nodemailer'],
  engine: [
    ...['lib', 'domain', 'store'],
    ...['runner/runner.ts', 'sources/source.ts', 'targets/driver.ts', 'channels/channel.ts'],
  ],
  api: ['lib', 'domain', 'zod'],
  // Pages are made of answers of the API, and of nothing else.
  dashboard: ['lib', 'domain', 'api', 'hono/html', 'anser'],
  http: [
    ...['lib', 'domain', 'store', 'engine', 'api', 'dashboard', 'system'],
    ...['sources/source.ts', 'runner/runner.ts', 'targets/driver.ts'],
    ...['hono', '@hono/*', 'node:http', 'node:stream', 'node:path', 'node:url', 'zod'],
    ...['@simplewebauthn/server', 'openid-client'],
  ],
  cli: [
    ...['lib', 'domain', 'config', 'api', 'system'],
    ...[
      'commander',
      '@commander-js/extra-typings',
      '@clack/prompts',
      'fast-string-truncated-width',
      'node:readline',
      'node:util',
      'node:path',
    ],
  ],
  app: ['*'],
  // The programs, files directly under src/: they read argv, hand it over and know no more than that.
  '.': ['lib', 'system', 'edge', 'host', 'cli', 'app', 'node:util', 'node:module', 'node:worker_threads'],
}

const all = globSync('src/**/*.ts').sort()
const files = all.filter((file) => !file.endsWith('.test.ts') && !file.includes('targets/conformance'))
const programs = ['main.ts', 'host.ts', 'edge.ts']

test('every folder has a row in the import table', () => {
  assert.deepEqual(
    [...new Set(files.map((file) => folderOf(inSource(file))))].filter((folder) => !(folder in mayImport)),
    [],
  )
})

for (const file of files) {
  const folder = folderOf(inSource(file))
  test(`${file} imports only what ${folder} may`, () => {
    assert.deepEqual(
      importsOf(file).filter((target) => !isAllowed(inSource(file), target)),
      [],
      `${folder} must not import these`,
    )
  })
}

test('the environment and the exit code belong to the composition root', () => {
  const outside = files.filter((file) => !programs.includes(inSource(file)) && !inSource(file).startsWith('app/'))
  assertNone(outside, /\bprocess\s*\.\s*(env|exit|exitCode|argv)\b|\bprocess\s*\[/)
})

test('time and randomness come from system only', () => {
  const outside = files.filter((file) => !inSource(file).startsWith('system/'))
  assertNone(outside, /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)|\bperformance\.now\b|\bprocess\.(hrtime|uptime)\b/)
  assertNone(outside, /\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/)
  assertNone(outside, /(?<!\.)\bset(Timeout|Interval)\b|\bglobalThis\.set|\bAbortSignal\.timeout\b|['"]node:timers/)
})

test('domain and config hold no effects: nothing async', () => {
  assertNone(
    files.filter((file) => /^(domain|config)\//.test(inSource(file))),
    /\basync\b|\bawait\b|\bPromise\b/,
  )
})

test('SQL stands in the store only', () => {
  const outside = files.filter((file) => !inSource(file).startsWith('store/'))
  const sql = /\b(SELECT\s[^'`]+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s/
  const found = outside.filter((file) => sql.test(withoutComments(read(file))))
  assert.deepEqual(found, [], 'a statement belongs into a file of src/store')
})

test('no default exports, and no index.ts', () => {
  assertNone(files, /^export default/m)
  assert.deepEqual(
    files.filter((file) => file.endsWith('/index.ts')),
    [],
  )
})

test('nothing is handed to a shell as text', () => {
  const shell =
    /import\s*\{[^}]*\bexec(Sync)?\b[^}]*\}\s*from 'node:child_process'|\* as \w+ from 'node:child_process'|\bshell:\s*(true|['"`])/
  assert.deepEqual(
    files.filter((file) => shell.test(withoutComments(read(file)))),
    [],
    'build an array of words instead',
  )
})

test('no error is swallowed without a word why', () => {
  const swallowed =
    /\bcatch\s*(\(\w*\))?\s*\{\s*\}.*|\.catch\(\s*\(\w*\)\s*=>\s*(\{\s*\}|undefined|null|void 0)\s*,?\s*\).*/g
  const found = files.flatMap((file) =>
    [...read(file).matchAll(swallowed)].filter(([line]) => !line.includes('// ')).map(([line]) => `${file}: ${line}`),
  )
  assert.deepEqual(
    found,
    [],
    'a catch rethrows, decides, logs the error, or says on its line why nothing is to be done',
  )
})

test('nothing is left for later', () => {
  const later = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|'))
  assert.deepEqual(
    all.filter((file) => later.test(read(file))),
    [],
  )
})

test('no file is longer than 400 lines; catalogues and tables may be', () => {
  const lists = ['lib/faults.ts', 'config/schema.ts', 'api/routes.ts', 'domain/spec.ts', 'targets/driver.ts']
  const long = files
    .filter((file) => !lists.includes(inSource(file)))
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
  assert.deepEqual(long, [])
})

test('the parser of this test sees every kind of import, and no more', () => {
  const source = [
    "import one from 'a'",
    "import { two,\n  three } from './b.ts'",
    "import type { four } from 'c'",
    "import 'd'",
    "export { five } from 'e'",
    "export * from 'f'",
    "const g = await import('g')",
    "// import no from 'comment'",
    "/* import no from 'comment' */",
    "export type Plain = 'word'",
    "export const text = 'x'",
    "const pattern = 'src/**/*.ts' // import('never')",
    "export * as h from 'h'",
    "type I = import('i').I",
  ].join('\n')
  assert.deepEqual(importsIn(source).sort(), ['./b.ts', 'a', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
})

test('the table forbids what it should', () => {
  assert.ok(isAllowed('engine/apply.ts', 'targets/driver.ts'))
  assert.ok(!isAllowed('engine/apply.ts', 'targets/local/driver.ts'))
  assert.ok(isAllowed('targets/local/driver.ts', 'targets/local/words.ts'))
  assert.ok(!isAllowed('targets/local/driver.ts', 'targets/model/world.ts'))
  assert.ok(!isAllowed('targets/local/driver.ts', 'cli/commands/deploy.ts'))
  assert.ok(!isAllowed('targets/driver.ts', 'targets/local/driver.ts'))
  assert.ok(!isAllowed('domain/run.ts', 'node:fs'))
  assert.ok(!isAllowed('domain/run.ts', 'zod'))
  assert.ok(isAllowed('http/server.ts', '@hono/node-server'))
  assert.ok(!isAllowed('main.ts', 'store/database.ts'))
})

/** Strings are blanked, so that a word in a sentence for a person is not taken for code. */
function assertNone(where: readonly string[], pattern: RegExp): void {
  const found = where.flatMap((file) => {
    const code = withoutComments(read(file)).replace(/(?<!from\s*)'(?:\\.|[^'\\\n])*'/g, "''")
    const match = pattern.exec(code)
    return match === null ? [] : [`${file}: ${match[0]}`]
  })
  assert.deepEqual(found, [], `${pattern} must not stand in these`)
}

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

/** Passes over strings, so that `//` in an address and the stars of a glob are not taken for comments. */
function withoutComments(source: string): string {
  const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/.*/g
  return source.replace(tokens, (token) => (token.startsWith('/*') || token.startsWith('//') ? '' : token))
}

function importsOf(file: string): string[] {
  return importsIn(read(file)).map((target) =>
    target.startsWith('.') ? inSource(normalize(join(dirname(file), target))) : target,
  )
}

function importsIn(source: string): string[] {
  const code = withoutComments(source)
  const statements = code.matchAll(/^\s*(?:import|export)\b[\w\s{},*$]*?\bfrom\s*['"]([^'"]+)['"]/gm)
  const effects = code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)
  const calls = code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)
  return [...statements, ...effects, ...calls].map((match) => match[1] ?? '')
}

function inSource(file: string): string {
  return file.replace(/^src\//, '')
}

test('scripts set up by set_up of bin/lib.sh, so that the first call runs on the Node that it has brought', () => {
  const scripts = globSync('bin/*').filter((path) => !['bin/setup', 'bin/lib.sh'].includes(path))
  assert.deepEqual(
    scripts.filter((path) => /^\s*bin\/setup\b/m.test(readFileSync(path, 'utf8'))),
    [],
  )
})

/** `targets/local/driver.ts` → `targets/*`; `engine/apply.ts` → `engine`; `targets/driver.ts` → `targets`; `main.ts` → `.`. */
function folderOf(path: string): string {
  const parts = path.split('/')
  if (parts.length === 1) return '.'
  return `${parts[0]}/*` in mayImport && parts.length > 2 ? `${parts[0]}/*` : (parts[0] ?? '')
}

function isAllowed(file: string, target: string): boolean {
  const folder = folderOf(file)
  const own = file.split('/').slice(0, folder.endsWith('/*') ? 2 : 1)
  if (folder !== '.' && target.startsWith(`${own.join('/')}/`) && isOwn(folder, target)) return true
  return (mayImport[folder] ?? []).some((may) => {
    if (may.endsWith('*')) return target.startsWith(may.slice(0, -1))
    return target === may || target.startsWith(`${may}/`)
  })
}

/** `targets/driver.ts` is not free to reach into `targets/local`: the row of the registry's folder has to say so. */
function isOwn(folder: string, target: string): boolean {
  return folderOf(target) === folder
}
