import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import test from 'node:test'

/**
 * The import table. A folder may import itself and what stands in its row: other folders, single files of them, built-in
 * modules and packages. The reasons are in docs/design/layout.md.
 */
const mayImport: Record<string, readonly string[]> = {
  lib: ['node:crypto'],
  domain: ['lib'],
  config: ['lib', 'domain', 'zod', 'yaml'],
  system: ['lib', 'node:*', 'execa', 'pino', 'age-encryption'],
  store: ['lib', 'domain', 'node:sqlite', 'node:fs', 'node:path'],
  edge: ['lib', 'system', 'node:http', 'node:net', 'node:tls', 'node:events', 'node:stream', 'node:util'],
  host: ['lib', 'system', 'edge', 'targets/driver.ts', 'domain/spec.ts', 'node:net', 'node:path', 'node:events'],
  runner: ['lib', 'domain', 'system', 'node:path'],
  'sources/*': ['lib', 'domain', 'system', 'sources/source.ts', 'node:crypto', 'node:path'],
  'targets/*': ['lib', 'domain', 'system', 'targets/driver.ts', 'edge/protocol.ts', 'host/protocol.ts', 'node:path'],
  engine: ['lib', 'domain', 'store', 'runner/runner.ts', 'sources/source.ts', 'targets/driver.ts'],
  api: ['lib', 'domain', 'zod'],
  http: [
    ...[
      'lib',
      'domain',
      'store',
      'engine',
      'api',
      'system',
      'sources/source.ts',
      'runner/runner.ts',
      'targets/driver.ts',
    ],
    ...['hono', '@hono/*', 'node:http', 'node:stream', 'node:path', 'zod'],
  ],
  cli: [
    'lib',
    'domain',
    'config',
    'api',
    'system',
    'commander',
    '@clack/prompts',
    'node:readline',
    'node:util',
    'node:path',
  ],
  app: ['*'],
}

/** Files directly under src/: the programs. They hand argv over and know no more than that. */
const programs = ['main.ts', 'host.ts', 'edge.ts']

const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts') && !file.endsWith('conformance.ts'))

for (const file of files) {
  const folder = folderOf(inSource(file))
  test(`${file} imports only what ${folder} may`, () => {
    for (const target of importsOf(file)) {
      assert.ok(allowed(folder, target), `${folder} must not import ${target} (in ${file})`)
    }
  })
}

test('the environment and the exit code belong to the composition root', () => {
  const outside = files.filter((file) => !programs.includes(inSource(file)) && !inSource(file).startsWith('app/'))
  assertNone(outside, /\bprocess\.(env|exit|argv)\b/)
})

test('time and randomness come from system only', () => {
  const outside = files.filter((file) => !inSource(file).startsWith('system/'))
  assertNone(
    outside,
    /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bMath\.random\(|\brandomUUID\(|\brandomBytes\(|\bsetTimeout\(|\bsetInterval\(|\bAbortSignal\.timeout\(/,
  )
})

test('domain and config hold no effects: nothing async', () => {
  const pure = files.filter((file) => /^(domain|config)\//.test(inSource(file)))
  assertNone(pure, /\basync\b|\bawait\b|\bPromise\b/)
})

test('no default exports, and no index.ts but the registries', () => {
  assertNone(files, /^export default/m)
  const registries = ['sources/index.ts', 'targets/index.ts']
  const indexes = files.map(inSource).filter((file) => file.endsWith('index.ts') && !registries.includes(file))
  assert.deepEqual(indexes, [])
})

test('no function is handed to a shell as text', () => {
  assertNone(files, /\bexecSync\(|\bexec\(\s*[`'"]|shell:\s*true/)
})

test('no file is longer than 400 lines; catalogues and tables may be', () => {
  const lists = ['lib/faults.ts', 'config/schema.ts', 'api/routes.ts', 'domain/spec.ts', 'targets/driver.ts']
  const long = files
    .filter((file) => !lists.includes(inSource(file)))
    .map((file) => `${file}: ${readFileSync(file, 'utf8').split('\n').length}`)
    .filter((line) => Number(line.split(': ')[1]) > 401)
  assert.deepEqual(long, [])
})

function assertNone(where: readonly string[], pattern: RegExp): void {
  const found = where.filter((file) => pattern.test(withoutComments(readFileSync(file, 'utf8'))))
  assert.deepEqual(found, [], `${pattern} must not stand in these`)
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

function importsOf(file: string): string[] {
  const source = withoutComments(readFileSync(file, 'utf8'))
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)[^'"\n]*?(?:from\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
  )
  const multiline = source.matchAll(/\}\s*from\s*['"]([^'"]+)['"]/g)
  const targets = [...found, ...multiline].map((match) => match[1] ?? match[2] ?? '')
  return targets.map((target) => (target.startsWith('.') ? inSource(normalize(join(dirname(file), target))) : target))
}

function inSource(file: string): string {
  return file.replace(/^src\//, '')
}

/** `targets/local/driver.ts` → `targets/*`; `engine/apply.ts` → `engine`; `targets/driver.ts` → `targets`. */
function folderOf(path: string): string {
  const parts = path.split('/')
  if (parts.length === 1) return 'app'
  if ((parts[0] === 'targets' || parts[0] === 'sources') && parts.length > 2) return `${parts[0]}/*`
  return parts[0] ?? ''
}

function allowed(folder: string, target: string): boolean {
  const row =
    mayImport[folder] ?? (folder === 'targets' || folder === 'sources' ? ['lib', 'domain', `${folder}/*`] : [])
  if (row.includes('*')) return true
  if (isOwn(folder, target)) return true
  return row.some((may) => {
    if (may.endsWith('*')) return target.startsWith(may.slice(0, -1))
    return target === may || target.startsWith(`${may}/`)
  })
}

/** Itself; for a driver or a source: its own folder only, checked by name in `siblings`. */
function isOwn(folder: string, target: string): boolean {
  return !folder.endsWith('/*')
    ? folderOf(target) === folder && !target.startsWith('node:')
    : target.split('/').length > 2
}

test('no driver imports another driver, no source another source', () => {
  for (const file of files.filter((path) => folderOf(inSource(path)).endsWith('/*'))) {
    const own = inSource(file).split('/').slice(0, 2).join('/')
    const others = importsOf(file).filter(
      (target) => folderOf(target) === folderOf(inSource(file)) && !target.startsWith(`${own}/`),
    )
    assert.deepEqual(others, [], `${file} reaches into a sibling`)
  }
})
