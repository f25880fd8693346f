import assert from 'node:assert/strict'
import { connect } from 'node:net'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { contents } from '../../test/helpers/contents.ts'
import { tokens } from '../../test/helpers/people.ts'
import { apiPrefix, type Route } from '../api/route.ts'
import { routes } from '../api/routes.ts'
import { mustSayWho } from './bind.ts'

const all = Object.entries<Route>(routes)
const rank = { anyone: 0, read: 1, contribute: 2, deploy: 3, maintain: 4, admin: 5 }

/** Values that are well formed and name nothing that is there. */
const values: Readonly<Record<string, string>> = {
  project: 'nope',
  environment: 'nope',
  run: 'r999',
  deployment: 'd999',
  oneOff: 'o999',
  token: 'nope',
  account: 'nope',
  session: '999',
}

function pathOf(route: Route): string {
  return apiPrefix + route.path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? 'nope')
}

async function status(api: TestApi, route: Route, token: string | null): Promise<number> {
  const abort = new AbortController()
  const answer = await api.send(route.method, pathOf(route), {
    token,
    signal: abort.signal,
    ...(route.body ? { body: '{}' } : {}),
  })
  if (route.kind === 'json') await answer.arrayBuffer()
  abort.abort()
  return answer.status
}

test('every route lets in exactly those whose token its scope names', async () => {
  await using api = await apiServer()
  const before = contents(api.it.store)
  for (const [name, route] of all) {
    const refused = route.scope === 'anyone' ? 200 : 401
    assert.equal(await status(api, route, null), refused, `${name} without a token`)
    assert.equal(await status(api, route, 'wrong'), refused, `${name} with a wrong token`)
    assert.equal(await status(api, route, tokens.expired), refused, `${name} with an expired token`)
    for (const scope of ['read', 'contribute', 'deploy', 'maintain', 'admin'] as const) {
      const got = await status(api, route, tokens[scope])
      const isIn = rank[scope] >= rank[route.scope]
      assert.equal(got === 403, !isIn, `${name} with a token for ${scope}: ${got}`)
      assert.ok(got < 500 && got !== 401, `${name} with a token for ${scope}: ${got}`)
    }
  }
  assert.equal(contents(api.it.store), before, 'nothing of all this has changed anything')
})

test('a route that does not say who may use it keeps the server from starting', () => {
  assert.throws(() => mustSayWho('x', {}), /does not say who/)
  assert.throws(() => mustSayWho('x', JSON.parse('{"scope": "everybody"}')), /does not say who/)
  mustSayWho('x', { scope: 'read' })
})

test('no way of writing a path gets past the token', async () => {
  await using api = await apiServer()
  const { port } = new URL(api.url)
  for (const [name, route] of all.filter(([, { scope }]) => scope !== 'anyone')) {
    const path = pathOf(route)
    const tail = path.slice(apiPrefix.length)
    const mutations = [
      ...[
        `/${path}`,
        `${path}/`,
        `${path}//`,
        `${path};x`,
        `${path}.css`,
        `${path}%00`,
        `${path}%2f`,
        `${path}?token=x`,
        path.toUpperCase(),
      ],
      ...[
        `/api/./v1${tail}`,
        `/api//v1${tail}`,
        `/api/v1/.${tail}`,
        `/x/..${path}`,
        `/%61pi/v1${tail}`,
        `/api%2fv1${tail}`,
        `/healthz/..${path}`,
      ],
    ]
    for (const mutated of mutations) {
      const code = await rawStatus(Number(port), `${route.method} ${mutated}`)
      assert.ok(code === 401 || code === 404 || code === 400, `${name} as ${mutated}: ${code}`)
    }
    assert.equal(await rawStatus(Number(port), `${route.method} ${path}`, 'X-HTTP-Method-Override: GET'), 401, name)
  }
})

test('reading changes nothing, whatever is read', async () => {
  await using api = await apiServer()
  await api.it.push('first')
  await api.it.engine.stop()
  const before = contents(api.it.store)
  const real = {
    project: 'shop',
    environment: 'staging',
    run: 'r1',
    deployment: 'd1',
    job: 'test',
    commit: 'main',
    oneOff: 'o1',
    token: 'read',
    account: 'read',
    session: '1',
  }
  for (const [name, route] of all.filter(([, { method }]) => method === 'GET')) {
    const path = apiPrefix + route.path.replace(/:(\w+)/g, (_, key: keyof typeof real) => real[key])
    for (const method of ['GET', 'HEAD']) {
      const abort = new AbortController()
      const answer = await api.send(method, path, { signal: abort.signal })
      assert.ok(answer.status < 500, `${name}: ${answer.status}`)
      if (route.kind === 'json') await answer.arrayBuffer()
      abort.abort()
    }
  }
  assert.equal(contents(api.it.store), before)
})

/** Sends a request line as it is: a proper client would tidy it up. */
async function rawStatus(port: number, line: string, header = 'X-Nothing: 1'): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  socket.end(`${line} HTTP/1.1\r\nHost: evil.example\r\n${header}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  const answer = Buffer.concat(await socket.toArray()).toString('latin1')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
}
