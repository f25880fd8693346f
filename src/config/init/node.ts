import { blank, type Draft } from './draft.ts'
import { type Files, has } from './files.ts'
import { startOf } from './node-start.ts'
import { type PackageJson, packageJson } from './package-json.ts'
import { all, declarations } from './variables.ts'

/** A Node application: a package.json with something to start. */
export function detectNode(files: Files): Draft | null {
  const manifest = packageJson(files)
  if (manifest === null) return null
  const start = startOf(files, manifest)
  if (start === null) return null
  const manager = managerOf(files, manifest)
  const built = manifest.scripts.build !== undefined
  const isDevelopment = start.tool !== null && Object.hasOwn(manifest.devDependencies, start.tool)
  const lean = !built && !isDevelopment
  const variables = declarations([], all(start.source, /process\.env(?:\.|\[['"])([A-Z][A-Z0-9_]*)/g))
  return {
    ...blank,
    test: hasTest(manifest) ? [...manager.install, manager.run('test')] : [],
    build: [...(lean ? manager.installLean : manager.install), ...(built ? [manager.run('build')] : [])],
    processes: {
      web: { command: start.command, ...(healthOf(start.source) ?? {}) },
      ...(manifest.scripts.worker === undefined
        ? {}
        : { worker: { command: manager.run('worker'), health: 'process' } }),
    },
    variables,
    guesses: [
      `Found package.json: a Node app, started with "${start.command}" (${start.why}).`,
      start.port,
      ...manager.guess,
      ...(hasTest(manifest)
        ? ['Its test script is the check; take it out if it needs more than this machine has.']
        : []),
      ...(manifest.engine === null
        ? []
        : [`package.json asks for Node ${manifest.engine}; the server's own must fit.`]),
    ],
    comments: {},
  }
}

interface Manager {
  readonly install: readonly string[]
  /** Without what only development needs. */
  readonly installLean: readonly string[]
  readonly run: (script: string) => string
  readonly guess: readonly string[]
}

function managerOf(files: Files, manifest: PackageJson): Manager {
  if (has(files, 'pnpm-lock.yaml')) {
    const install = 'pnpm install --frozen-lockfile'
    return {
      install: [install],
      installLean: [`${install} --prod`],
      run: (script) => `pnpm run ${script}`,
      guess: ['pnpm-lock.yaml was found: pnpm has to be installed.'],
    }
  }
  if (has(files, 'yarn.lock')) {
    const isBerry = has(files, '.yarnrc.yml')
    const install = isBerry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile'
    const installLean = isBerry ? install : `${install} --production`
    return {
      install: [install],
      installLean: [installLean],
      run: (script) => `yarn run ${script}`,
      guess: ['yarn.lock was found: yarn has to be installed.'],
    }
  }
  return npm(
    ['package-lock.json', 'npm-shrinkwrap.json'].some((name) => has(files, name)),
    manifest,
  )
}

function npm(isLocked: boolean, { dependencies, devDependencies }: PackageJson): Manager {
  const run = (script: string) => (script === 'test' ? 'npm test' : `npm run ${script}`)
  const quiet = '--no-audit --no-fund'
  if (isLocked) return { install: [`npm ci ${quiet}`], installLean: [`npm ci --omit=dev ${quiet}`], run, guess: [] }
  if (Object.keys({ ...dependencies, ...devDependencies }).length === 0)
    return { install: [], installLean: [], run, guess: [] }
  const guess = ['No lock file was found: commit package-lock.json, so that every build gets the same packages.']
  return { install: [`npm install ${quiet}`], installLean: [`npm install --omit=dev ${quiet}`], run, guess }
}

/** npm writes a test script that only fails. */
function hasTest({ scripts }: PackageJson): boolean {
  return scripts.test !== undefined && !/no test specified/.test(scripts.test)
}

const healthPaths = ['/up', '/healthz', '/livez', '/health', '/_status', '/healthcheck', '/__lbheartbeat__']

function healthOf(source: string): { health: string } | null {
  const found = healthPaths.find((path) => new RegExp(`['"\`]${path}['"\`]`).test(source))
  return found === undefined ? null : { health: found }
}
