import type { FileContent } from '../helpers/repository.ts'

/** A configuration as data: JSON is YAML. What is given is laid over the smallest app with a `web` and a staging environment. */
export interface Wish {
  readonly [key: string]: unknown
  readonly app?: Readonly<Record<string, unknown>>
  readonly environments?: Readonly<Record<string, unknown>>
}

export function app(name: string, version: string, wish: Wish = {}): Record<string, FileContent> {
  return { 'signalbox.yml': config(name, wish), version, 'web.js': web, 'worker.js': worker }
}

export function config(name: string, wish: Wish = {}): string {
  const given = { project: name, on: { push: { branches: ['main'] } }, ...wish }
  const processes = { web: webProcess }
  const environments = { staging: { hosts: `staging.${name}.test`, on: { push: 'main' } } }
  return JSON.stringify(
    {
      ...given,
      app: { shared: ['data'], processes, ...wish.app },
      environments: { ...environments, ...wish.environments },
    },
    null,
    2,
  )
}

const quick = { start_period: '20s', interval: '500ms' }

export const webProcess = {
  command: 'node web.js',
  health: { http: '/', ...quick },
  stop: { grace: '5s', drain: '5s' },
}

export const workerProcess = {
  command: 'node worker.js',
  health: { command: 'test -f data/ready', ...quick },
  stop: { grace: '5s' },
}

/** Needs a yes, and follows staging. */
export function production(name: string, more: object = {}): object {
  return { hosts: `${name}.test`, needs: 'staging', on: { after: 'staging' }, protection: { approvals: 1 }, ...more }
}

/** Tells its version, a variable, its instance; prints and ends when asked to. */
const web = `const fs = require('fs')
const version = fs.readFileSync('version', 'utf8')
const server = require('http').createServer((request, response) => {
  const [, what, word] = request.url.split('/')
  if (what === 'env') return response.end(process.env[word] ?? '')
  if (what === 'print') console.log('printed', word, process.env[word] ?? '')
  if (what === 'exit') process.exit(Number(word))
  if (what === 'slow') return setTimeout(() => response.end(version), Number(word))
  response.end(what === 'instance' ? process.env.SIGNALBOX_INSTANCE : version)
})
server.listen(process.env.PORT, '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

/** Notes its first moment and its last: two at once would be seen. */
const worker = `const fs = require('fs')
const version = fs.readFileSync('version', 'utf8')
const note = (what) => fs.appendFileSync('data/worker', [what, version, process.env.SIGNALBOX_INSTANCE].join(' ') + '\\n')
note('start')
fs.writeFileSync('data/ready', '')
process.on('SIGTERM', () => setTimeout(() => { note('stop'); process.exit(0) }, 100))
setInterval(() => {}, 1000)
`
