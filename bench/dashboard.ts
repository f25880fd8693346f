import { startServer } from '../test/helpers/server.ts'
import { tinyApp } from '../test/helpers/tiny-app.ts'
import { waitFor } from '../test/helpers/wait-for.ts'
import { addCommits, fill, releases } from './dashboard/filling.ts'
import { measureLog } from './dashboard/log.ts'
import { get, quiet } from './dashboard/measuring.ts'
import { measurePages } from './dashboard/pages.ts'
import { measureClients, measureLive } from './dashboard/streams.ts'

/**
 * The pages of a server with 100 projects and 100 000 deployments: how long each takes and how large it is, how soon a
 * page shows what was recorded, what many open pages cost, and how a very large log opens. Goals: docs/design/performance.md.
 */
const projects = 100
const rounds = Number(process.argv[2] ?? 15)

await using server = await startServer()
const repository = await server.project('tiny')
await repository.commit(tinyApp('version-1', { production: true }))
addCommits(repository, releases - 1)
await repository.push('main')
await waitFor('production to wait', async () => {
  const [newest] = await server.client.call('deployments.list', { query: { project: 'tiny', limit: 1 } })
  return newest?.environment === 'production' || null
})
await server.client.call('one-offs.start', {
  params: { project: 'tiny', environment: 'staging' },
  body: { command: ['node', 'check.js'] },
})
await server.kill('SIGTERM')
const cookie = fill(server.data, repository, projects - 1)
await server.start()
const visitor = { url: server.serving.url, cookie }
const first = await get(visitor, '/')
const restedMs = await quiet(server.pid)
console.log(
  `the first overview after the start took ${first.ms.toFixed(0)} ms; the server came to rest after ${(restedMs / 1000).toFixed(0)} s`,
)
await measurePages(server, visitor, rounds)
await measureLive(server, visitor, rounds)
await measureLog(server, visitor, 1_000_000_000)
// A server that has not worked yet: what it keeps for itself is not counted as the clients'.
await server.kill('SIGTERM')
await server.start()
const again = { url: server.serving.url, cookie }
await get(again, '/')
await quiet(server.pid)
await measureClients(server, again, 500)
