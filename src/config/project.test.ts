import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import type { DriverOptions } from '../domain/driver-options.ts'
import { showProblem } from './problem.ts'
import { type Parsed, parseProject } from './project.ts'

const fixtures = join(import.meta.dirname, '../../test/fixtures/config')

const drivers: Record<string, DriverOptions> = {
  local: {
    port: { type: 'integer', min: 1, max: 65535, required: false, description: 'Port.', unique: true },
  },
  model: {
    name: { type: 'string', required: true, description: 'Name.' },
    size: { type: 'string', required: false, oneOf: ['small', 'large'], description: 'Size.' },
    fast: { type: 'boolean', required: false, description: 'Fast.' },
    tags: { type: 'strings', required: false, description: 'Tags.' },
  },
}

const parse = (text: string, procfile: string | null = null): Parsed =>
  parseProject(text, { drivers, procfile, version: '0.1.0' })

const good = (lines: string, procfile: string | null = null) => {
  const parsed = parse(`project: shop\n${lines}`, procfile)
  assert.deepEqual(parsed.problems.map(showProblem), [])
  assert.ok(parsed.spec)
  return parsed.spec
}

const bad = (text: string, procfile: string | null = null) => parse(text, procfile).problems.map(showProblem)

// Each file ends with what has to be said of it: `#!` for a problem, `#?` for a warning.
for (const name of readdirSync(join(fixtures, 'bad'))) {
  test(`bad/${name}: exactly these problems, at these places`, () => {
    const lines = readFileSync(join(fixtures, 'bad', name), 'utf8').split('\n')
    const marked = (mark: string) =>
      lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length))
    const parsed = parseProject(lines.filter((line) => !/^#[!?] /.test(line)).join('\n'), {
      drivers,
      version: '0.1.0',
      file: 'f',
    })
    const shown = (of: 'problems' | 'warnings') => parsed[of].map((problem) => showProblem(problem).replace(/^f:/, ''))
    assert.deepEqual(shown('problems'), marked('#! '))
    assert.deepEqual(shown('warnings'), marked('#? '))
    assert.equal(parsed.spec === null, parsed.problems.length > 0)
  })
}

test('the smallest file', () => {
  const spec = good('app: { processes: { web: node server.js } }\nenvironments: { staging: {} }\n')
  assert.deepEqual(spec.triggers.push, { branches: ['**'], paths: ['**'] })
  assert.equal(spec.triggers.manual, true)
  const [app] = spec.apps
  assert.equal(app?.name, 'shop')
  assert.equal(app.version, 'date-sha')
  assert.equal(app.keepReleases, 5)
  assert.deepEqual(app.processes, [
    {
      name: 'web',
      command: 'node server.js',
      instances: 1,
      singleton: false,
      health: {
        probe: { kind: 'http', path: '/', host: null, expect: [200, 204, 301, 302, 303, 307, 308, 401, 403, 404] },
        startPeriodMs: 60_000,
        intervalMs: 5_000,
        timeoutMs: 5_000,
        passes: 1,
        failures: 3,
      },
      stop: { signal: 'SIGTERM', graceMs: 30_000, drainMs: 30_000 },
      env: {},
      consumes: [],
    },
  ])
  const [staging] = spec.environments
  assert.deepEqual(staging?.target, { driver: 'local', options: {} })
  assert.deepEqual(staging.apps, ['shop'])
  assert.deepEqual(staging.triggers, { push: [], tags: [], releasePublished: false, after: [], schedules: [] })
  assert.deepEqual(staging.protection, {
    approvals: 0,
    approvers: [],
    selfApproval: true,
    expiresMs: 30 * 86_400_000,
    requireChecks: [],
  })
  assert.deepEqual(staging.policies, {
    rollback: 'allowed',
    concurrency: 'queue',
    lockScope: { kind: 'app' },
    runTimeoutMs: 900_000,
    queueTimeout: { afterMs: null, action: 'abort' },
    migrations: 'on_release_start',
    backupBeforeMigrate: 'off',
    artifact: 'source_release',
    configBinding: 'environment',
    onPartialFailure: 'continue',
    processOrder: [],
    strategy: { kind: 'start_first', batch: 1 },
    oneOffProtection: 'environment',
    static: 'release_dir',
    permissions: {},
    cancel: 'manual',
    access: 'public',
    freezes: [],
    bakeMs: 0,
    breaker: { failures: null, ratio: 0.05, requests: 20, latency: 3 },
    holdUntilPromotedTo: null,
    smoke: [],
    smokeSecrets: [],
  })
})

test('a specification is plain data: storing it and reading it back changes nothing', () => {
  for (const name of readdirSync(fixtures).filter((file) => file.endsWith('.yml'))) {
    const { spec } = parse(readFileSync(join(fixtures, name), 'utf8'))
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec)
  }
})

test('short forms mean the same as long ones', () => {
  const short = good(`
checks: { test: npm test }
app:
  directory: ./api/
  build: make
  image: ghcr.io/acme/shop
  processes: { web: ./web }
  migrations: django
  commands: { free: free -h }
  variables: { KEY: secret }
environments:
  staging: { target: local, hosts: a.localhost, needs: [], on: { push: main, after: [] } }
`)
  const long = good(`
checks: { test: { steps: [{ run: npm test }] } }
apps:
  shop:
    directory: api
    build: { steps: [{ run: make }] }
    image: { repository: ghcr.io/acme/shop, dockerfile: Dockerfile, context: . }
    processes: { web: { command: ./web } }
    migrations: { adapter: django }
    commands: { free: { command: free -h } }
    variables: { KEY: { required: true, secret: true } }
environments:
  staging: { target: { driver: local }, hosts: { shop: [a.localhost] }, on: { push: [main] } }
`)
  assert.deepEqual(short, long)
})

test('steps start in the folder of their job or app', () => {
  const spec = good(`
checks: { test: { directory: api, steps: [a, { run: b, directory: docs }] } }
app: { directory: web, build: [c], processes: { web: ./web } }
`)
  assert.deepEqual(
    spec.checks[0]?.steps.map(({ directory }) => directory),
    ['api', 'api/docs'],
  )
  assert.deepEqual(spec.apps[0]?.build?.steps[0]?.directory, 'web')
})

test('what is text stays as it is written', () => {
  const spec = good(`
checks:
  test:
    matrix: { python: [3.10, '3.11', 3.12], flag: [yes, True, 007] }
    env: { A: 1.0, B: true, C: 0x1F, D: 1e3, E: null-ish, F: '' }
    steps: 'true'
`)
  assert.deepEqual(spec.checks[0]?.matrix?.axes, {
    python: ['3.10', '3.11', '3.12'],
    flag: ['yes', 'True', '007'],
  })
  assert.deepEqual(spec.checks[0].env, { A: '1.0', B: 'true', C: '0x1F', D: '1e3', E: 'null-ish', F: '' })
})

test('extensions are ignored wherever keys are fixed, and shared with anchors and merges', () => {
  const spec = good(`
x-note: anything
x-limits: &limits { timeout: 3m, retries: 2 }
checks:
  test: { <<: *limits, retries: 1, x-owner: ada, steps: [{ run: npm test, x-why: because }] }
  unit: { matrix: { x-y: 1, node: [26] }, steps: npm test }
`)
  assert.equal(spec.checks[0]?.timeoutMs, 180_000)
  assert.equal(spec.checks[0].retries, 1)
  assert.deepEqual(spec.checks[1]?.matrix?.axes, { node: ['26'] })
})

test('health: each way to write it', () => {
  const probeOf = (health: string) =>
    good(`app: { processes: { web: { command: ./web, health: ${health} } } }`).apps[0]!.processes[0]!.health
  assert.deepEqual(probeOf('/up').probe, { kind: 'http', path: '/up', host: null, expect: [200, 204] })
  assert.deepEqual(probeOf('{ http: { path: /, host: a.b, expect: 302 } }').probe, {
    ...{ kind: 'http', path: '/', host: 'a.b', expect: [302] },
  })
  assert.deepEqual(probeOf('tcp').probe, { kind: 'tcp' })
  assert.deepEqual(probeOf('{ command: [bin/ok, -v] }').probe, { kind: 'command', command: ['bin/ok', '-v'] })
  assert.deepEqual(probeOf('process'), { ...probeOf('tcp'), probe: { kind: 'process' }, startPeriodMs: 3_000 })
  const patient = probeOf('{ start_period: 2m, passes: 3 }')
  assert.equal(patient.probe.kind, 'http')
  assert.equal(patient.startPeriodMs, 120_000)
  assert.equal(patient.passes, 3)
})

test('a singleton is one, whatever it is scaled to', () => {
  const spec = good(`
app: { processes: { web: ./web, beat: { command: ./beat, singleton: true, instances: 3, health: process } } }
environments: { staging: { scale: { web: 4, beat: 2 } } }
`)
  assert.equal(spec.apps[0]?.processes[1]?.instances, 1)
  assert.deepEqual(spec.environments[0]?.scale, { shop: { web: 4, beat: 1 } })
})

test('defaults that follow from the apps', () => {
  const spec = good(`
apps:
  api: { image: acme/api, processes: { web: ./api }, migrations: { command: m, backup: b } }
  site: { processes: { web: ./site } }
environments:
  api: { apps: api, hosts: api.localhost }
  site: { apps: [site] }
`)
  assert.equal(spec.environments[0]?.policies.artifact, 'image')
  assert.equal(spec.environments[0].policies.backupBeforeMigrate, 'if_pending')
  assert.deepEqual(spec.environments[0].hostsOf, { api: ['api.localhost'] })
  assert.equal(spec.environments[1]?.policies.artifact, 'source_release')
})

test('a Procfile gives processes and migrations to an app at the root that names none', () => {
  const procfile = '# comment\nweb: bin/web -p $PORT\n\nworker: bin/worker\r\nrelease: bin/migrate\n'
  const implied = good('environments: { staging: {} }', procfile)
  assert.deepEqual(
    implied.apps[0]?.processes.map(({ name, command }) => [name, command]),
    [
      ['web', 'bin/web -p $PORT'],
      ['worker', 'bin/worker'],
    ],
  )
  assert.equal(implied.apps[0].migrations?.command, 'bin/migrate')
  const own = good('app: { processes: { web: ./own }, migrations: ./up }', procfile)
  assert.deepEqual(own.apps[0]?.processes[0]?.command, './own')
  assert.equal(own.apps[0].migrations?.command, './up')
  const below = good('apps: { api: { directory: api, static: [{ url: /, directory: d }] } }', procfile)
  assert.deepEqual(below.apps[0]?.processes, [])
})

test('what is wrong with a Procfile is told with its line', () => {
  assert.deepEqual(bad('project: shop', 'web: a\nWorker: b\nnothing here\nweb: c\n__proto__: d\n'), [
    'Procfile:2:1: the name "Worker"; expected a name of lower-case letters, digits and "-" that starts with a letter (not with "x-"), at most 40 characters',
    'Procfile:3:1: a line without a name and a command; expected "name: command"',
    'Procfile:4:1: "web" a second time; expected each process once',
    'Procfile:5:1: the name "__proto__"; expected a name of lower-case letters, digits and "-" that starts with a letter (not with "x-"), at most 40 characters',
  ])
})

test('a file for this version or an older one is read', () => {
  assert.equal(good('minimum_version: 0.1.0').project, 'shop')
  assert.equal(good('minimum_version: 0.0.9').project, 'shop')
})

test('names of JavaScript objects are only names', () => {
  for (const name of ['tostring', 'valueof', 'hasownproperty', 'prototype']) {
    const spec = good(
      `apps: { ${name}: { processes: { ${name}: ./x, web: ./w } } }\nenvironments: { ${name}: { hosts: { ${name}: a.localhost } } }`,
    )
    assert.equal(spec.apps[0]?.name, name)
  }
  assert.deepEqual(bad('__proto__: { polluted: true }\nproject: shop').length, 1)
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
})

/** Checks in a row, each of which needs another. */
const chain = (length: number, needs: (index: number) => string) =>
  `project: p\nchecks: {${Array.from({ length }, (_, index) => `c${index}: {needs: ${needs(index)}, steps: x}`).join(', ')}}`

test('hostile texts are refused quickly', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...[...'bcdefghi'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(10)}]`),
  ].join('\n')
  const rows: [string, RegExp][] = [
    [bomb, /too many values/],
    [`a: &a "${'x'.repeat(100_000)}"\nb: [${'*a,'.repeat(100)}]`, /too much text/],
    ['a: &a { <<: *a }', /nested too deeply/],
    ['a: &a [*a]', /nested too deeply/],
    ['a:\n'.repeat(1) + '['.repeat(40) + ']'.repeat(40), /nested too deeply|not YAML/],
    ['['.repeat(20_000), /nested too deeply|not YAML/],
    [`a: ${'x'.repeat(1024 * 1024)}`, /longer than 1 MiB/],
    [`a: ${'ä'.repeat(600 * 1024)}`, /longer than 1 MiB/],
    ['project: "a\\0b"', /NUL/],
    [chain(2_400, (index) => `c${index + 1}`), /unknown check "c2400"/],
    [chain(2_400, (index) => `c${(index + 1) % 2_400}`), /a circle/],
    [chain(2_400, (index) => `d${index}`), /unknown check "d0"/],
    [`${'k'.repeat(300)}: 1`, /at most 200 characters/],
  ]
  for (const [text, expected] of rows) {
    // Of the processor, not by the clock: the machine may be busy.
    const start = process.cpuUsage()
    assert.match(bad(text).join('\n'), expected)
    assert.ok(process.cpuUsage(start).user < 3_000_000, text.slice(0, 40))
  }
})

test('any text gives a specification or problems, and never an exception', () => {
  const yamlish = fc.array(
    fc.constantFrom(
      ...[
        'project',
        ':',
        ' ',
        '\n',
        '  ',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a',
        '*a',
        '<<',
        '!!x',
        '#',
        '|',
        '>',
        '?',
        'apps',
        'web',
        '1',
        '~',
        '\t',
        '%',
        '@',
        '\0',
        '…',
      ],
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        yamlish.map((parts) => parts.join('')),
      ),
      fc.string(),
      (text, procfile) => isSound(parse(text, procfile)),
    ),
    { numRuns: 1000 },
  )
})

test('a good file with parts exchanged, taken out or cut off gives a specification or problems', () => {
  const files = readdirSync(fixtures)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => readFileSync(join(fixtures, name), 'utf8'))
  const words = ['3', '[]', '{}', '~', '', 'x', '[x]', '{ x: y }', 'true', '-1', '*x', 'needs', 'web', '1h', '"']
  const mutation = fc.record({ at: fc.nat(), length: fc.nat({ max: 30 }), word: fc.constantFrom(...words) })
  fc.assert(
    fc.property(fc.constantFrom(...files), fc.array(mutation, { minLength: 1, maxLength: 6 }), (file, mutations) => {
      const text = mutations.reduce((now, { at, length, word }) => {
        const start = at % (now.length + 1)
        return now.slice(0, start) + word + now.slice(start + length)
      }, file)
      return isSound(parse(text))
    }),
    { numRuns: 400 },
  )
})

test('a good file with a value of another kind anywhere gives a specification or problems', () => {
  const files = readdirSync(fixtures)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => parse(readFileSync(join(fixtures, name), 'utf8')).spec)
  assert.ok(files.every((spec) => spec !== null))
  const values = fc.jsonValue({ maxDepth: 2 })
  const entry = fc.constantFrom('on', 'checks', 'app', 'apps', 'environments', 'notify', 'project')
  fc.assert(
    fc.property(fc.array(fc.tuple(entry, values), { maxLength: 4 }), (entries) =>
      isSound(parse(JSON.stringify({ project: 'shop', ...Object.fromEntries(entries) }))),
    ),
    { numRuns: 500 },
  )
})

function isSound({ spec, problems, warnings }: Parsed): boolean {
  const isPlaced = [...problems, ...warnings].every(
    ({ line, column, found }) => line >= 1 && column >= 1 && found !== '',
  )
  return isPlaced && (spec === null) === problems.length > 0
}
