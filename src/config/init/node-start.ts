import { type Files, has, read } from './files.ts'
import { listens, usualMain } from './node-main.ts'
import type { PackageJson } from './package-json.ts'

export interface NodeStart {
  readonly command: string
  /** What told the command. */
  readonly why: string
  /** How it learns its port, as a sentence. */
  readonly port: string
  /** The package whose program is started; null for node itself. */
  readonly tool: string | null
  /** The source of what is started, as far as it is in the repository. */
  readonly source: string
}

/** How a Node app is started so that it listens where PORT says; null when nothing tells. */
export function startOf(files: Files, manifest: PackageJson): NodeStart | null {
  const script = manifest.scripts.start
  if (script !== undefined) return fromScript(files, manifest, script.trim())
  const main = [manifest.main, ...manifest.bins, usualMain(files)]
    .flatMap((path) => (path === null ? [] : resolved(files, path)))
    .find((path) => listens(read(files, path)))
  if (main === undefined) return null
  const why = main === manifest.main ? 'its main file' : 'it listens for connections'
  return withPort({ command: `node ${main}`, why, tool: null, source: sourceAround(files, main) })
}

type Unported = Omit<NodeStart, 'port'>

function fromScript(files: Files, { scripts }: PackageJson, script: string): NodeStart {
  const why = 'its start script'
  const [first = '', ...rest] = script.split(/\s+/)
  const isPlain = !/[;&|<>()`$\\'"*?{}]/.test(script) && !first.includes('=') && scripts.prestart === undefined
  if (isPlain && first === 'node') {
    const main = rest.filter((word) => !word.startsWith('-')).flatMap((path) => resolved(files, path))[0]
    return withPort({ command: script, why, tool: null, source: main === undefined ? '' : sourceAround(files, main) })
  }
  if (isPlain && (first === 'nodemon' || first === 'node-dev') && rest[0] !== undefined) {
    const main = resolved(files, rest[0])[0] ?? rest[0]
    return withPort({
      command: `node ${rest.join(' ')}`,
      why: `${why}, without ${first}`,
      tool: null,
      source: sourceAround(files, main),
    })
  }
  if (
    isPlain &&
    /^[a-z@][\w./-]*$/.test(first) &&
    !['npm', 'npx', 'yarn', 'pnpm', 'cd', 'sh', 'bash', 'env'].includes(first)
  ) {
    // npm would put node_modules/.bin on the path; started directly, signals need not pass through it.
    const main = rest.filter((word) => !word.startsWith('-')).flatMap((path) => resolved(files, path))[0]
    const source = main === undefined ? '' : sourceAround(files, main)
    return withPort({ command: `node_modules/.bin/${script}`, why, tool: first, source })
  }
  return withPort({
    command: 'npm start',
    why,
    tool: null,
    source: [...Object.keys(files)]
      .filter(isSource)
      .slice(0, 20)
      .map((path) => read(files, path))
      .join('\n'),
  })
}

/** Programs that do not read PORT by themselves, and how they are told. */
const flags: Readonly<Record<string, string>> = {
  next: '-p $PORT',
  serve: '-l tcp://127.0.0.1:$PORT',
  'http-server': '-a 127.0.0.1 -p $PORT',
  vite: '--host 127.0.0.1 --port $PORT',
  astro: '--host 127.0.0.1 --port $PORT',
  gatsby: '-H 127.0.0.1 -p $PORT',
  'json-server': '--host 127.0.0.1 --port $PORT',
  fastify: '-a 127.0.0.1 -p $PORT',
  sirv: '--host 127.0.0.1 --port $PORT',
  'webpack-dev-server': '--host 127.0.0.1 --port $PORT',
}

const readsPort = ['nuxt', 'nuxi', 'remix-serve', 'react-router-serve', 'strapi', 'directus', 'react-scripts']

function withPort(start: Unported): NodeStart {
  const { command, tool, source } = start
  const known = tool === null ? undefined : flags[tool]
  if (/\$PORT|\$\{PORT/.test(command)) return { ...start, port: 'The command takes the port from PORT.' }
  if (known !== undefined)
    return { ...start, command: `${withoutPort(command)} ${known}`, port: `${tool} is told its port by ${known}.` }
  if (tool !== null && readsPort.includes(tool)) return { ...start, port: `${tool} reads the variable PORT by itself.` }
  if (/\benv\w*\)?(\.|\[['"`])PORT\b|\{[^}]*\bPORT\b[^}]*\}\s*=\s*[\w.]*env\b/.test(source))
    return { ...start, port: 'It listens where the variable PORT says.' }
  if (/['"`]-?-?port\b|argv\.(port|p)\b|--port/.test(source)) {
    const flag = command === 'npm start' ? '-- --port $PORT' : '--port $PORT'
    return {
      ...start,
      command: `${withoutPort(command)} ${flag}`,
      port: 'It seems to take a flag --port, which is given PORT; look at that.',
    }
  }
  return {
    ...start,
    port: 'CHECK THIS: nothing shows that it listens where the variable PORT says. It must, because two releases run side by side while one replaces the other.',
  }
}

/** A port written into the command would win over ours. */
function withoutPort(command: string): string {
  return command.replace(/\s+(-p|--port)(=|\s+)\d+/g, '')
}

function sourceAround(files: Files, main: string): string {
  const imports = [...read(files, main).matchAll(/(?:from\s+|require\(\s*|import\(\s*)['"](\.{1,2}\/[^'"]+)['"]/g)]
  const folder = main.includes('/') ? main.replace(/\/[^/]+$/, '') : ''
  const near = imports.flatMap(([, path = '']) => resolved(files, joined(folder, path)))
  return [main, ...near].map((path) => read(files, path)).join('\n')
}

function joined(folder: string, path: string): string {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function resolved(files: Files, path: string): readonly string[] {
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '')
  const forms = ['', '.js', '.mjs', '.cjs', '.ts', '/index.js', '/index.mjs', '/index.ts'].map(
    (suffix) => `${plain}${suffix}`,
  )
  const found = forms.find((form) => has(files, form))
  return found === undefined ? [] : [found]
}

function isSource(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path) && !/(^|\/)(node_modules|test|tests|dist)\//.test(path)
}
