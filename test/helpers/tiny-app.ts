import type { FileContent } from './repository.ts'

/**
 * A small real app for tests of the whole program: `web` tells its version, `worker` notes each of its starts, a
 * migration notes each of its runs, all in a folder that releases share.
 */
export function tinyApp(version: string, options: TinyOptions = {}): Record<string, FileContent> {
  return {
    'signalbox.yml': configuration(options),
    'web.js': web(version, options),
    'worker.js': worker(version, options),
    'migrate.js': migrate(version, options),
    'check.js': options.check === 'fails' ? 'process.exit(1)\n' : '',
  }
}

export interface TinyOptions {
  readonly web?: 'good' | 'never healthy' | 'exits'
  readonly check?: 'passes' | 'fails'
  readonly instances?: number
  readonly production?: boolean
  /** Migrating, starting, answering the edge's confirmation and `/slow`, and ending take so long each, to be caught at it. */
  readonly slowMs?: number
}

export const tinyHost = 'staging.tiny.test'

function configuration({ instances = 2, production = false }: TinyOptions): string {
  return `project: tiny
on: { push: { branches: [main] } }
checks:
  check: node check.js
apps:
  tiny:
    shared: [data]
    migrations: { command: node migrate.js }
    processes:
      web:
        command: node web.js
        instances: ${instances}
        health: { http: /healthz, start_period: 4s, interval: 1s }
        stop: { grace: 3s, drain: 3s }
      worker:
        command: node worker.js
        singleton: true
        health: { command: test -f data/worker-ready, start_period: 4s }
        stop: { grace: 3s }
environments:
  staging:
    target: local
    hosts: ${tinyHost}
    on: { push: main }
${production ? 'x' : ''}`.replace(
    /x$/,
    `  production:
    target: local
    hosts: tiny.test
    needs: staging
    on: { after: staging }
    protection: { approvals: 1 }
`,
  )
}

function web(version: string, { web: behaviour = 'good', slowMs = 0 }: TinyOptions): string {
  return `const http = require('http')
if (${JSON.stringify(behaviour)} === 'exits') process.exit(7)
const later = (work) => setTimeout(work, ${slowMs})
const server = http.createServer((request, response) => {
  if (request.url === '/healthz' && ${JSON.stringify(behaviour)} === 'never healthy') return response.writeHead(500).end('not yet')
  const answer = () => response.end(${JSON.stringify(version)})
  if (request.url === '/slow' || request.headers['user-agent'] === 'Signalbox confirmation') return later(answer)
  answer()
})
later(() => server.listen(process.env.PORT, '127.0.0.1'))
process.on('SIGTERM', () => server.close(() => later(() => process.exit(0))))
`
}

/** Two at once would be seen: each notes its first moment and its last. */
function worker(version: string, { slowMs = 0 }: TinyOptions): string {
  return `const fs = require('fs')
const note = (what) => fs.appendFileSync('data/worker', what + ' ${version} ' + process.env.SIGNALBOX_INSTANCE + ' ' + process.pid + '\\n')
note('start')
setTimeout(() => fs.writeFileSync('data/worker-ready', ''), ${slowMs})
process.on('SIGTERM', () => setTimeout(() => { note('stop'); process.exit(0) }, ${slowMs}))
setInterval(() => {}, 1000)
`
}

function migrate(version: string, { slowMs = 0 }: TinyOptions): string {
  return `require('fs').appendFileSync('data/migrations', '${version} ' + process.env.SIGNALBOX_RELEASE + '\\n')
setTimeout(() => {}, ${slowMs})
`
}
