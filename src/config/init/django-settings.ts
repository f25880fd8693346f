import { type Files, find, has, inFolder, read } from './files.ts'
import { all } from './variables.ts'

export interface DjangoSettings {
  /** Named where wsgi.py and manage.py use different ones, so that migrations use that of the server. */
  readonly module: string | null
  readonly staticUrl: string
  readonly staticRoot: string | null
  readonly mediaRoot: string | null
  /** Path of an SQLite database within the app's folder. */
  readonly database: string | null
  /** A path that only says whether the app is well. */
  readonly healthPath: string | null
  /** The Host header that probes must send, when not just any is allowed. */
  readonly healthHost: string | null
  /** A variable that lists the allowed hosts. */
  readonly hostsVariable: string | null
  readonly required: readonly string[]
  readonly optional: readonly string[]
  readonly remarks: readonly string[]
}

/** Reads as much of the settings as can be read without running them. */
export function readSettings(files: Files, folder: string): DjangoSettings {
  const named = (path: string) => /DJANGO_SETTINGS_MODULE['"]\s*,\s*['"]([\w.]+)['"]/.exec(read(files, path))?.[1]
  const ofManage = named(inFolder(folder, 'manage.py'))
  const ofServer = find(files, /(^|\/)wsgi\.py$/)
    .map(named)
    .find((module) => module !== undefined)
  const module = ofServer ?? ofManage
  const source = module === undefined ? '' : sourceOf(files, folder, module)
  const hosts = hostsOf(source)
  const database = databaseOf(source)
  const staticRoot = folderSetting(source, 'STATIC_ROOT')
  return {
    module: ofServer !== undefined && ofServer !== ofManage ? ofServer : null,
    staticUrl: urlSetting(source, 'STATIC_URL') ?? '/static',
    staticRoot,
    mediaRoot: folderSetting(source, 'MEDIA_ROOT'),
    database,
    healthPath: healthPathOf(files, folder),
    healthHost: hosts.host,
    hostsVariable: hosts.variable,
    ...variablesOf(source, hosts.variable),
    remarks: remarksOf({ source, hosts, database, staticRoot }),
  }
}

/** A module, or a package with everything its files say. */
function sourceOf(files: Files, folder: string, module: string): string {
  const path = inFolder(folder, module.replaceAll('.', '/'))
  if (has(files, `${path}.py`)) {
    const base = path.replace(/\/[^/]+$/, '/base.py')
    return `${/from\s+\.base\s+import/.test(read(files, `${path}.py`)) ? read(files, base) : ''}\n${read(files, `${path}.py`)}`
  }
  return read(files, `${path}/__init__.py`)
}

interface AllowedHosts {
  readonly host: string | null
  readonly variable: string | null
  readonly remark: string
}

function hostsOf(source: string): AllowedHosts {
  const line = lastSetting(source, 'ALLOWED_HOSTS')
  const variable = /(?:environ(?:\.get\(|\[)|getenv\(|env(?:\.\w+)?\(|config\()\s*['"](\w+)['"]/.exec(line)?.[1] ?? null
  if (variable !== null) {
    return {
      host: null,
      variable,
      remark: `ALLOWED_HOSTS comes from ${variable}: each environment sets it to its host name.`,
    }
  }
  const names = all(line, /['"]([^'"]+)['"]/g)
  if (names.includes('*') || names.includes('.localhost')) return { host: null, variable: null, remark: '' }
  const first = names[0]?.replace(/^\./, '')
  if (first !== undefined) {
    const remark = `ALLOWED_HOSTS lists ${names.join(', ')}: health checks use ${first}; add ".localhost" to it, or change the hosts of the environments, so that visitors get no 400.`
    return { host: first, variable: null, remark }
  }
  const remark =
    'ALLOWED_HOSTS is empty: with DEBUG on Django answers localhost and names below .localhost, and nothing else; list the host names before DEBUG is switched off.'
  return { host: null, variable: null, remark }
}

/** The last assignment counts, up to the end of its brackets. */
function lastSetting(source: string, name: string): string {
  const matches = [...source.matchAll(new RegExp(`^${name}\\s*=\\s*((?:\\[[^\\]]*\\]|[^\\n])*)`, 'gm'))]
  return matches.at(-1)?.[1] ?? ''
}

/** `BASE_DIR / 'x' / 'y'` or `os.path.join(BASE_DIR, 'x')`: a folder beside manage.py. */
function folderSetting(source: string, name: string): string | null {
  return pathOf(lastSetting(source, name))
}

function pathOf(expression: string): string | null {
  if (!/\bBASE_DIR\b|PROJECT_ROOT\b|ROOT_DIR\b/.test(expression)) return null
  const parts = all(expression, /['"]([^'"]+)['"]/g)
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
  const isPlain = parts.length > 0 && parts.every((part) => /^[\w.-]+$/.test(part) && part !== '..')
  return isPlain ? parts.join('/') : null
}

function urlSetting(source: string, name: string): string | null {
  const value = /['"]([^'"]+)['"]/.exec(lastSetting(source, name))?.[1]
  if (value === undefined || /^https?:/.test(value)) return null
  const path = `/${value.replace(/^\/+|\/+$/g, '')}`
  return path === '/' ? null : path
}

function databaseOf(source: string): string | null {
  if (!/django\.db\.backends\.sqlite3/.test(source)) return null
  const name = /['"]NAME['"]\s*:\s*([^\n]*?),?\s*$/m.exec(source)?.[1] ?? ''
  return pathOf(name)
}

const healthPaths = ['up', 'healthz', 'health', '_status', 'healthcheck', 'ping', '__lbheartbeat__']

function healthPathOf(files: Files, folder: string): string | null {
  const urls = find(files, /(^|\/)urls\.py$/)
    .filter((path) => folder === '.' || path.startsWith(`${folder}/`))
    .slice(0, 1)
    .flatMap((path) => all(read(files, path), /\bpath\(\s*['"]([^'"<]*)['"]/g))
  const found = healthPaths.flatMap((name) => urls.filter((url) => url.replace(/\/$/, '') === name))[0]
  return found === undefined ? null : `/${found}`
}

function variablesOf(source: string, hostsVariable: string | null) {
  const isOther = (name: string) => name !== hostsVariable
  const required = [
    ...all(source, /os\.environ\[\s*['"](\w+)['"]\s*\]/g),
    ...all(source, /\b(?:env|config)(?:\.\w+)?\(\s*['"](\w+)['"]\s*\)/g),
  ].filter(isOther)
  const optional = all(source, /(?:environ\.get|getenv|\benv(?:\.\w+)?|\bconfig)\(\s*['"](\w+)['"]\s*,/g).filter(
    isOther,
  )
  const maybe = all(source, /(?:environ\.get|getenv)\(\s*['"](\w+)['"]\s*\)/g).filter(isOther)
  return { required, optional: [...optional, ...maybe] }
}

interface Remarks {
  readonly source: string
  readonly hosts: AllowedHosts
  readonly database: string | null
  readonly staticRoot: string | null
}

function remarksOf({ source, hosts, database, staticRoot }: Remarks): readonly string[] {
  if (source.trim() === '')
    return ['The settings were not found: hosts, static files and the database have to be filled in by hand.']
  return [
    hosts.remark,
    /^DEBUG\s*=\s*True/m.test(source)
      ? 'DEBUG is on in the settings: good for a first look, wrong for the public.'
      : '',
    database === null
      ? ''
      : `The SQLite database ${database} is shared by all releases of an environment, so it outlives them.`,
    staticRoot === null
      ? 'STATIC_ROOT is not set, so static files are not collected; with DEBUG off the admin would have no styles.'
      : '',
    /^SECURE_SSL_REDIRECT\s*=\s*True/m.test(source)
      ? 'SECURE_SSL_REDIRECT sends visitors to https, which the edge has to serve.'
      : '',
  ].filter((remark) => remark !== '')
}
