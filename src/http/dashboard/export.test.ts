import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { cookieOf, person } from '../../../test/helpers/people.ts'

interface Told {
  readonly seq: number
  readonly project: string | null
  readonly hash: string
}

test('the record is a file of all that somebody may see: a viewer of one project gets its facts, and no others', async () => {
  await using api = await apiServer()
  const { store } = api.it
  await api.as('admin').call('projects.add', { body: { name: 'other' } })
  person(store, 'guest', ['viewer'], { project: 'shop' })
  // More than are read at a time.
  for (let index = 0; index < 120; index += 1) for (const project of ['shop', 'other', null]) append(api, project)
  const all = await exported(api, 'admin')
  assert.deepEqual(
    all.map(({ seq }) => seq),
    Array.from({ length: store.facts.head().seq }, (_, index) => index + 1),
  )
  assert.equal(all.at(-1)?.hash, store.facts.head().hash)
  const own = await exported(api, 'guest')
  assert.deepEqual(
    own,
    all.filter(({ project }) => project === 'shop'),
  )
  assert.ok(own.length >= 120)
  assert.deepEqual(await exported(api, 'guest', '?project=other'), [])
  assert.deepEqual(await exported(api, 'guest', `?after=${own.at(-2)?.seq}`), own.slice(-1))
})

test('it comes as a download, and not to whoever has not signed in or asks for what cannot be', async () => {
  await using api = await apiServer()
  const ask = (path: string, given: RequestInit = {}) => fetch(`${api.url}${path}`, { redirect: 'manual', ...given })
  const nobody = await ask('/audit/export?project=shop')
  assert.deepEqual(
    [nobody.status, nobody.headers.get('location')],
    [303, '/login?back=%2Faudit%2Fexport%3Fproject%3Dshop'],
  )
  const headers = { cookie: cookieOf(api.it.store, 'read') }
  const file = await ask('/audit/export', { headers })
  assert.equal(file.headers.get('content-type'), 'application/x-ndjson')
  assert.equal(file.headers.get('content-disposition'), 'attachment; filename="audit.ndjson"')
  await file.text()
  assert.equal((await ask('/audit/export?after=-1', { headers })).status, 400)
  const head = await ask('/audit/export', { headers, method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

async function exported(api: TestApi, account: string, query = ''): Promise<readonly Told[]> {
  const cookie = cookieOf(api.it.store, account)
  const answer = await fetch(`${api.url}/audit/export${query}`, { headers: { cookie } })
  assert.equal(answer.status, 200)
  const lines = (await answer.text()).split('\n')
  assert.equal(lines.pop(), '')
  return lines.map((line) => JSON.parse(line) as Told)
}

function append(api: TestApi, project: string | null): void {
  const draft = { kind: 'test.made', project, subject: '<x>\n', by: 'test', data: { text: 'one\ntwo' } }
  api.it.store.facts.append(draft, Date.now())
}
