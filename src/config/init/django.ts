import { anyAnswer } from '../health.ts'
import { type DjangoSettings, readSettings } from './django-settings.ts'
import { blank, type Draft, type DraftProcess } from './draft.ts'
import { type Files, find, folderOf, inFolder, read } from './files.ts'
import { type Python, pythonOf } from './python.ts'
import { declarations, placeholders } from './variables.ts'

/** A Django project: a manage.py that names its settings. */
export function detectDjango(files: Files): Draft | null {
  const manage = find(files, /(^|\/)manage\.py$/).find((path) => /DJANGO_SETTINGS_MODULE/.test(read(files, path)))
  if (manage === undefined) return null
  const folder = folderOf(manage)
  const settings = readSettings(files, folder)
  const server = serverOf(files, folder)
  const python = pythonOf(files, folder, server.packages)
  const variables = declarations(settings.required, settings.optional)
  return {
    ...blank,
    directory: folder,
    test: [...python.install, `${python.python} manage.py check`, ...testsOf(files, { folder, python })],
    build: [...python.install, ...staticSteps(settings, python), ...databaseSteps(settings)],
    env: placeholders(variables),
    processes: { web: webOf(server, { python, settings }) },
    static: settings.staticRoot === null ? [] : [{ url: settings.staticUrl, directory: settings.staticRoot }],
    shared: [
      ...(settings.database === null ? [] : [settings.database]),
      ...(settings.mediaRoot === null ? [] : [settings.mediaRoot]),
    ],
    migrations: migrationsOf(python),
    variables,
    values: valuesOf(settings),
    guesses: [
      server.module === null
        ? `Found ${manage}: a Django project, but no wsgi.py: put its module in the place of PROJECT.wsgi.`
        : `Found ${manage}: a Django project, served by gunicorn as ${server.module}.`,
      python.guess,
      ...settings.remarks,
    ],
    comments: {
      ...(settings.database === null ? {} : { shared: 'The database file is kept from release to release.' }),
      migrations: 'Run once per deployment, in the new release, before it takes over.',
    },
  }
}

interface Server {
  readonly module: string | null
  readonly command: string
  readonly packages: readonly string[]
}

function serverOf(files: Files, folder: string): Server {
  const below = (name: string) =>
    find(files, new RegExp(`(^|/)${name}\\.py$`)).find((path) => folder === '.' || path.startsWith(`${folder}/`))
  const wsgi = below('wsgi')
  const found = wsgi ?? below('asgi')
  if (found === undefined)
    return { module: null, command: '-m gunicorn PROJECT.wsgi', packages: ['django', 'gunicorn'] }
  const inside = folder === '.' ? found : found.slice(folder.length + 1)
  const module = inside.replace(/\.py$/, '').replaceAll('/', '.')
  return wsgi === undefined
    ? {
        module,
        command: `-m gunicorn ${module} -k uvicorn.workers.UvicornWorker`,
        packages: ['django', 'gunicorn', 'uvicorn'],
      }
    : { module, command: `-m gunicorn ${module}`, packages: ['django', 'gunicorn'] }
}

function webOf(server: Server, { python, settings }: { python: Python; settings: DjangoSettings }): DraftProcess {
  const command = `${python.python} ${server.command} --bind 127.0.0.1:$PORT --workers 2 --access-logfile -`
  if (settings.healthPath !== null) return { command, health: settings.healthPath }
  if (settings.healthHost === null) return { command }
  return { command, health: { http: { path: '/', host: settings.healthHost, expect: [...anyAnswer] } } }
}

function testsOf(files: Files, { folder, python }: { folder: string; python: Python }): readonly string[] {
  const tests = find(files, /(^|\/)(tests?\/.*|test_[^/]*|[^/]*_test|tests)\.py$/).filter(
    (path) => (folder === '.' || path.startsWith(`${folder}/`)) && /\bdef test_?/.test(read(files, path)),
  )
  if (tests.length === 0) return []
  const isPytest = [inFolder(folder, 'pytest.ini'), 'pytest.ini', 'conftest.py'].some((path) =>
    Object.hasOwn(files, path),
  )
  return [isPytest ? `${python.python} -m pytest` : `${python.python} manage.py test --noinput`]
}

function staticSteps({ staticRoot }: DjangoSettings, { python }: Python): readonly string[] {
  return staticRoot === null ? [] : [`${python} manage.py collectstatic --noinput`]
}

/** An empty file is an empty database; a shared file has to be in the release to be shared. */
function databaseSteps({ database }: DjangoSettings): readonly string[] {
  return database === null ? [] : [`touch ${database}`]
}

function migrationsOf({ python }: Python): Draft['migrations'] {
  if (python === 'python3') return 'django'
  return {
    adapter: 'django',
    command: `${python} manage.py migrate --noinput`,
    pending: `${python} manage.py migrate --check`,
  }
}

function valuesOf({ hostsVariable, module }: DjangoSettings): Draft['values'] {
  return {
    ...(module === null ? {} : { DJANGO_SETTINGS_MODULE: module }),
    ...(hostsVariable === null ? {} : { [hostsVariable]: 'HOST' }),
  }
}
