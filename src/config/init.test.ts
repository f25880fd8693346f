import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import type { ProjectSpec } from '../domain/spec.ts'
import { readDockerfile } from './init/dockerfile.ts'
import { type Files, type GuessOptions, guess } from './init.ts'
import { showProblem } from './problem.ts'
import { parseProject } from './project.ts'

interface Written {
  readonly spec: ProjectSpec
  readonly warnings: readonly string[]
  readonly told: string
  readonly text: string
}

const drivers = {
  local: { port: { type: 'integer', required: false, description: 'Port.' } },
} as const

/** What `init` writes has to validate, always. */
function init(files: Files, options: GuessOptions = { folder: 'shop', branch: 'main' }): Written {
  const { text, guesses } = guess(files, options)
  const { spec, problems, warnings } = parseProject(text, { drivers })
  assert.deepEqual(problems.map(showProblem), [], text)
  assert.ok(spec)
  assert.deepEqual(guesses, [...new Set(guesses)], 'nothing is said twice')
  // What this version does not do yet is right to write down all the same.
  const doubts = warnings.map(showProblem).filter((line) => !line.includes('does not act on'))
  return { spec, warnings: doubts, told: guesses.join('\n'), text }
}

const web = (spec: ProjectSpec) => spec.apps[0]!.processes.find(({ name }) => name === 'web')!
const build = (spec: ProjectSpec) => spec.apps[0]!.build?.steps.map(({ run }) => run) ?? []
const checks = (spec: ProjectSpec) => spec.checks[0]?.steps.map(({ run }) => run) ?? []

// As `django-admin startproject` 3.2 to 5.2 write them, in the parts that count.
const startproject = (name: string) => ({
  'manage.py': `#!/usr/bin/env python\nimport os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', '${name}.settings')\n`,
  [`${name}/__init__.py`]: '',
  [`${name}/asgi.py`]: `os.environ.setdefault('DJANGO_SETTINGS_MODULE', '${name}.settings')\n`,
  [`${name}/wsgi.py`]: `os.environ.setdefault('DJANGO_SETTINGS_MODULE', '${name}.settings')\n`,
  [`${name}/urls.py`]: "urlpatterns = [\n    path('admin/', admin.site.urls),\n]\n",
  [`${name}/settings.py`]: `from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'django-insecure-abc'
DEBUG = True

ALLOWED_HOSTS = []

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': BASE_DIR / 'db.sqlite3',
    }
}
STATIC_URL = '/static/'
`,
})

test('every file that is written has staging and, after an approval, production', () => {
  const { spec } = init({}, { folder: 'My Shop!', branch: 'trunk' })
  assert.equal(spec.project, 'my-shop')
  const [staging, production] = spec.environments
  assert.deepEqual(staging?.hosts, ['staging.my-shop.localhost'])
  assert.deepEqual(staging.triggers.push, ['trunk'])
  assert.deepEqual(production?.hosts, ['my-shop.localhost'])
  assert.deepEqual(production.needs, ['staging'])
  assert.deepEqual(
    production.triggers.after.map(({ environment }) => environment),
    ['staging'],
  )
  assert.equal(production.protection.approvals, 1)
  assert.ok(spec.environments.every(({ target }) => target.driver === 'local'))
})

test('a fresh Django project runs on the packages of the machine, and keeps its database', () => {
  const { spec, warnings, told } = init(startproject('mysite'), { folder: 'mysite', branch: 'main' })
  assert.deepEqual(checks(spec), ['python3 manage.py check'])
  assert.deepEqual(build(spec), ['touch db.sqlite3'])
  assert.equal(
    web(spec).command,
    'python3 -m gunicorn mysite.wsgi --bind 127.0.0.1:$PORT --workers 2 --access-logfile -',
  )
  assert.deepEqual(spec.apps[0]?.shared, ['db.sqlite3'])
  assert.equal(spec.apps[0].migrations?.command, 'python3 manage.py migrate --noinput')
  assert.equal(web(spec).health.probe.kind, 'http')
  assert.deepEqual(warnings, [])
  assert.match(told, /mysite\.wsgi/)
  assert.match(told, /apt install python3-django gunicorn/)
  assert.match(told, /DEBUG is on/)
  assert.match(told, /ALLOWED_HOSTS is empty/)
})

test('a Django project in a folder, with packages, static files, tests and settings from the environment', () => {
  const settings = `import os
from pathlib import Path
import environ
env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = os.environ['SECRET_KEY']
DEBUG = os.environ.get('DEBUG', '') == '1'
ALLOWED_HOSTS = os.environ.get('ALLOWED_HOSTS', '').split(',')
DATABASES = { 'default': env.db('DATABASE_URL') }
SENTRY = os.environ.get('SENTRY_DSN')
LOG_LEVEL = os.getenv('LOG_LEVEL', 'info')
STATIC_URL = 'assets/'
STATIC_ROOT = os.path.join(BASE_DIR, 'var', 'static')
MEDIA_ROOT = BASE_DIR / 'media'
SECURE_SSL_REDIRECT = True
`
  const { spec, told, warnings } = init({
    'requirements.txt': 'Django==4.2\nGunicorn==22\npsycopg\n',
    'src/manage.py': "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.local')",
    'src/shop/wsgi.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")',
    'src/shop/urls.py': "path('healthz/', ok), path('', home)",
    'src/shop/settings/production.py': settings,
    'src/shop/settings/local.py': 'DEBUG = True\n',
    'src/catalog/tests.py': 'class T(TestCase):\n    def test_one(self): pass\n',
  })
  const [app] = spec.apps
  assert.equal(app?.directory, 'src')
  assert.deepEqual(checks(spec), [
    'python3 -m venv .venv',
    '.venv/bin/python -m pip install --disable-pip-version-check -r ../requirements.txt',
    '.venv/bin/python manage.py check',
    '.venv/bin/python manage.py test --noinput',
  ])
  assert.equal(build(spec).at(-1), '.venv/bin/python manage.py collectstatic --noinput')
  assert.ok(app.build?.steps.every(({ directory }) => directory === 'src'))
  assert.equal(app.build?.env.SECRET_KEY, 'only-for-checks-and-build')
  assert.match(String(web(spec).command), /^\.venv\/bin\/python -m gunicorn shop\.wsgi --bind 127\.0\.0\.1:\$PORT/)
  assert.deepEqual(web(spec).health.probe, { kind: 'http', path: '/healthz/', host: null, expect: [200, 204] })
  assert.deepEqual(app.static, [{ url: '/assets', directory: 'var/static', maxAgeS: 3600 }])
  assert.deepEqual(app.shared, ['media'])
  assert.equal(app.migrations?.pending, '.venv/bin/python manage.py migrate --check')
  const kinds = Object.fromEntries(app.variables.map(({ name, required, secret }) => [name, [required, secret]]))
  assert.deepEqual(kinds, {
    SECRET_KEY: [true, true],
    DATABASE_URL: [true, true],
    LOG_LEVEL: [false, false],
    SENTRY_DSN: [false, true],
  })
  assert.deepEqual(spec.environments[0]?.variables, {
    DJANGO_SETTINGS_MODULE: 'shop.settings.production',
    ALLOWED_HOSTS: 'staging.shop.localhost',
  })
  assert.match(told, /SECURE_SSL_REDIRECT/)
  assert.match(told, /SECRET_KEY, DATABASE_URL must be set in each environment/)
  assert.deepEqual(warnings, [])
})

test('a Django project that allows named hosts is probed by one of them', () => {
  const files = startproject('site1')
  const { spec, told } = init({
    ...files,
    'site1/settings.py': files['site1/settings.py']!.replace(
      '= []',
      "= [\n    '.example.org',\n    'www.example.com',\n]",
    ),
  })
  const { probe } = web(spec).health
  assert.ok(
    probe.kind === 'http' && probe.host === 'example.org' && probe.expect.includes(404) && !probe.expect.includes(400),
  )
  assert.match(told, /add "\.localhost"/)
})

test('lock files of Python tools are used', () => {
  const rows: [string, string][] = [
    ['uv.lock', 'uv sync --frozen'],
    ['poetry.lock', 'POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install'],
    ['Pipfile.lock', 'PIPENV_VENV_IN_PROJECT=1 pipenv sync'],
  ]
  for (const [file, step] of rows) assert.equal(checks(init({ ...startproject('a'), [file]: '' }).spec)[0], step)
})

test('an Express app that reads PORT', () => {
  const { spec, told, warnings } = init({
    'package.json': JSON.stringify({
      ...{ name: 'shop', main: 'server.js', engines: { node: '>=20' } },
      scripts: { start: 'node server.js', test: 'node --test', worker: 'node worker.js' },
      dependencies: { express: '^5' },
    }),
    'package-lock.json': '{}',
    'server.js':
      "const port = process.env.PORT || 3000\nconst db = process.env.DATABASE_URL\napp.get('/healthz', ok)\napp.listen(port)\n",
  })
  assert.deepEqual(checks(spec), ['npm ci --no-audit --no-fund', 'npm test'])
  assert.deepEqual(build(spec), ['npm ci --omit=dev --no-audit --no-fund'])
  assert.equal(web(spec).command, 'node server.js')
  assert.deepEqual(web(spec).health.probe, { kind: 'http', path: '/healthz', host: null, expect: [200, 204] })
  assert.equal(spec.apps[0]?.processes[1]?.command, 'npm run worker')
  assert.deepEqual(
    spec.apps[0]?.variables.map(({ name, required, secret }) => [name, required, secret]),
    [['DATABASE_URL', false, true]],
  )
  assert.match(told, /It listens where the variable PORT says/)
  assert.match(told, /Node >=20/)
  assert.deepEqual(warnings, [])
})

test('ways in which Node apps are started and told their port', () => {
  const command = (manifest: unknown, files: Files = {}) => {
    const { spec, told } = init({ 'package.json': JSON.stringify(manifest), ...files })
    return { command: web(spec).command, told, build: build(spec) }
  }
  const script = (start: string) => ({ scripts: { start } })
  assert.equal(command(script('next start')).command, 'node_modules/.bin/next start -p $PORT')
  assert.equal(command(script('next start -p 3000')).command, 'node_modules/.bin/next start -p $PORT')
  assert.equal(command(script('serve -s dist')).command, 'node_modules/.bin/serve -s dist -l tcp://127.0.0.1:$PORT')
  assert.equal(command(script('nodemon app'), { 'app.js': 'listen(process.env.PORT)' }).command, 'node app')
  assert.equal(command(script('NODE_ENV=production node a.js'), { 'a.js': 'process.env.PORT' }).command, 'npm start')
  assert.equal(
    command(script('node build.js && node a.js'), { 'a.js': "argv['--port']" }).command,
    'npm start -- --port $PORT',
  )
  assert.equal(
    command(script('node bin/run.js'), {
      'bin/run.js': "require('../lib/cli')",
      'lib/cli.js': "program.option('--port <n>')",
    }).command,
    'node bin/run.js --port $PORT',
  )
  assert.equal(
    command({ bin: { tool: './bin/tool.js' } }, { 'bin/tool.js': 'createServer().listen(env2.PORT ?? 80)' }).command,
    'node bin/tool.js',
  )
  assert.equal(command({ main: 'index' }, { 'index.js': 'app.listen(process.env["PORT"])' }).command, 'node index.js')
  const prepared = { scripts: { prestart: 'make', start: 'node a.js' } }
  assert.equal(command(prepared, { 'a.js': 'process.env.PORT' }).command, 'npm start')
  const fixed = command(script('node a.js'), { 'a.js': 'const PORT = 3000; app.listen(PORT)' })
  assert.match(fixed.told, /CHECK THIS: nothing shows that it listens/)
})

test('Node package managers, build scripts and development tools', () => {
  const of = (manifest: object, ...files: string[]) => {
    const content = { scripts: { start: 'node a.js' }, dependencies: { a: '1' }, ...manifest }
    return init({
      'package.json': JSON.stringify(content),
      'a.js': 'env.PORT',
      ...Object.fromEntries(files.map((file) => [file, ''])),
    }).spec
  }
  assert.deepEqual(build(of({}, 'pnpm-lock.yaml')), ['pnpm install --frozen-lockfile --prod'])
  assert.deepEqual(build(of({}, 'yarn.lock')), ['yarn install --frozen-lockfile --production'])
  assert.deepEqual(build(of({}, 'yarn.lock', '.yarnrc.yml')), ['yarn install --immutable'])
  assert.deepEqual(build(of({})), ['npm install --omit=dev --no-audit --no-fund'])
  assert.deepEqual(build(of({ dependencies: {} })), [])
  assert.deepEqual(build(of({ scripts: { start: 'vite preview', build: 'vite build' } }, 'package-lock.json')), [
    'npm ci --no-audit --no-fund',
    'npm run build',
  ])
  assert.deepEqual(build(of({ scripts: { start: 'tsx a.js' }, devDependencies: { tsx: '4' } }, 'package-lock.json')), [
    'npm ci --no-audit --no-fund',
  ])
  assert.deepEqual(
    of({ scripts: { start: 'node a.js', test: 'echo "Error: no test specified" && exit 1' } }).checks,
    [],
  )
})

test('a Procfile says what runs, in the place of what was guessed', () => {
  const procfile =
    'web: gunicorn mysite.wsgi --bind 0.0.0.0:$PORT\nworker: celery -A mysite worker\nrelease: python manage.py migrate\nBAD NAME: x\n'
  const alone = init({ Procfile: 'web: ./server --port $PORT\nclock: ./clock\n' })
  assert.equal(web(alone.spec).command, './server --port $PORT')
  assert.deepEqual(alone.warnings, [])
  const django = init({ ...startproject('mysite'), 'requirements.txt': 'django\n', Procfile: procfile })
  assert.equal(web(django.spec).command, '.venv/bin/python -m gunicorn mysite.wsgi --bind 0.0.0.0:$PORT')
  assert.equal(django.spec.apps[0]?.processes[1]?.command, '.venv/bin/python -m celery -A mysite worker')
  assert.equal(django.spec.apps[0].migrations?.command, '.venv/bin/python manage.py migrate')
  assert.match(django.told, /Procfile line 4 was passed over/)
  const node = init({
    'package.json': '{"scripts": {"start": "node a.js", "build": "make"}}',
    Procfile: 'web: node b.js\n',
  })
  assert.equal(web(node.spec).command, 'node b.js')
  assert.deepEqual(build(node.spec), ['npm run build'])
})

test('a Dockerfile gives its command, and says what it needs', () => {
  const { spec, told } = init({ Dockerfile: 'FROM node:22\nEXPOSE 3000\nCMD ["node", "server.js"]\n' })
  assert.deepEqual(web(spec).command, ['node', 'server.js'])
  assert.match(told, /Images need a container engine/)
  assert.match(told, /exposes port 3000/)
  const beside = init({ Dockerfile: 'FROM x', ...startproject('a') })
  assert.match(beside.told, /The Dockerfile is not used/)
  assert.match(init({ Dockerfile: 'FROM x' }).told, /without CMD/)
})

test('a Dockerfile is read as Docker does', () => {
  assert.deepEqual(
    readDockerfile('FROM a AS b\nCMD old\nEXPOSE 1\nFROM c\nEXPOSE 80/tcp\nENTRYPOINT ["run"]\nCMD ["-v"]\n'),
    {
      ...{ command: ['run', '-v'], port: 80 },
    },
  )
  assert.deepEqual(readDockerfile('from a\ncmd gunicorn \\\n  app\n').command, 'gunicorn    app')
  assert.deepEqual(readDockerfile('FROM a\nENTRYPOINT ["run"]\nCMD go on\n').command, ['run', '/bin/sh', '-c', 'go on'])
  assert.deepEqual(readDockerfile('FROM a\nENTRYPOINT run it\nCMD ["x"]\n').command, 'run it')
  assert.deepEqual(readDockerfile('FROM a\nCMD [not json\n').command, '[not json')
  assert.deepEqual(readDockerfile(''), { command: null, port: null })
})

test('a Rails app', () => {
  const { spec, warnings } = init({
    Gemfile: "source 'https://rubygems.org'\ngem 'rails', '~> 8'\ngem 'propshaft'\n",
    'config.ru': 'run Rails.application',
    'config/routes.rb': 'get "up" => "rails/health#show"',
    'config/credentials.yml.enc': null,
    'config/database.yml': 'adapter: sqlite3',
  })
  assert.equal(web(spec).command, 'bundle exec puma -b tcp://127.0.0.1:$PORT config.ru')
  assert.deepEqual(web(spec).health.probe, { kind: 'http', path: '/up', host: null, expect: [200, 204] })
  assert.equal(spec.apps[0]?.migrations?.adapter, 'rails')
  assert.deepEqual(warnings, [])
})

test('what is not recognised says so', () => {
  const rows: Files[] = [
    {},
    { 'README.md': '# hi' },
    { 'package.json': '{broken' },
    { 'package.json': '[]' },
    { 'manage.py': 'x' },
    { Procfile: '# nothing' },
  ]
  for (const files of rows) {
    const { spec, told } = init(files)
    assert.equal(web(spec).command, './start')
    assert.match(told, /Nothing was recognised/)
  }
})

test('an app without visitors gets no host names', () => {
  const { spec, told } = init({ Procfile: 'worker: ./work\n' })
  assert.deepEqual(spec.environments[0]?.hosts, [])
  assert.ok(!told.includes('localhost'))
})

test('names of folders become names of projects', () => {
  const rows: [string, string][] = [
    ['My Shop', 'my-shop'],
    ['@acme/shop', 'shop'],
    ['2048', 'app-2048'],
    ['Ünïcode', 'u-ni-code'],
    ['', 'app'],
    ['x-ray', 'app-x-ray'],
    ['constructor', 'app-constructor'],
    [`${'a'.repeat(39)}-b`, 'a'.repeat(39)],
  ]
  for (const [folder, expected] of rows) assert.equal(init({}, { folder }).spec.project, expected, folder)
})

test('an instruction with nothing behind it is none', () => {
  const { spec } = init({ Dockerfile: 'FROM x\nCMD  \n' }, { folder: 'shop' })
  assert.deepEqual(web(spec).command, './start')
})

test('whatever the files hold, the result is a file that validates', () => {
  const words = [
    'web',
    ':',
    ' ',
    '\n',
    'node',
    'gunicorn',
    '$PORT',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    'FROM x',
    'CMD',
    'release',
    '#',
    'DJANGO_SETTINGS_MODULE',
    ', ',
    'a.b',
    'ALLOWED_HOSTS = ',
    'os.environ["KEY"]',
    'STATIC_ROOT = BASE_DIR / ',
    '..',
    'listen(',
    '--port',
    '\t',
    '|',
    'é',
    '*',
  ]
  const content = fc.option(
    fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join('')),
    { nil: null },
  )
  const manifest = fc
    .record({ start: fc.string(), build: fc.string(), main: fc.string(), a: fc.jsonValue() })
    .map(({ start, build: making, main, a }) =>
      JSON.stringify({ main, bin: a, scripts: { start, build: making, test: a }, engines: a, dependencies: a }),
    )
  const names = [
    'manage.py',
    'a/wsgi.py',
    'a/settings.py',
    'package.json',
    'server.js',
    'Procfile',
    'Dockerfile',
    'Gemfile',
    'config.ru',
    'requirements.txt',
    'a/urls.py',
  ]
  const files = fc.dictionary(fc.constantFrom(...names), fc.oneof(content, manifest), { maxKeys: 8 })
  fc.assert(
    fc.property(files, fc.string(), (given, folder) => {
      const { text } = init(given, { folder })
      assert.equal(typeof parse(text), 'object')
    }),
    { numRuns: 500 },
  )
})
