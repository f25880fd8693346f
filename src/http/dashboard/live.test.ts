import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { type Listener, listen } from '../../../test/helpers/events.ts'
import { cookieOf, person } from '../../../test/helpers/people.ts'

test('a page hears of the projects it names, and of nothing else', async () => {
  await using api = await stage()
  const cookie = cookieOf(api.it.store, 'admin')
  const [page, all] = [await live(api, cookie, '&projects=shop'), await live(api, cookie)]
  await passedOver(api, all)
  const seq = append(api, 'shop')
  assert.deepEqual(await numbers(page, 1), [seq])
  page.leave()
  all.leave()
})

test('whoever may see one project hears nothing of another, nor of the server as a whole, whatever they ask for', async () => {
  await using api = await stage()
  const { store } = api.it
  const all = await live(api, cookieOf(store, 'admin'))
  const asked = ['', '&projects=shop', '&projects=shop+other', '&projects=other+shop+shop++nope']
  const guests = await Promise.all(asked.map((each) => live(api, cookieOf(store, 'guest'), each)))
  const deaf = await Promise.all(
    ['&projects=other', '&projects='].map((each) => live(api, cookieOf(store, 'guest'), each)),
  )
  await passedOver(api, all)
  const seq = append(api, 'shop')
  for (const guest of guests) assert.deepEqual(await numbers(guest, 1), [seq])
  // Nothing came to these: what they hear first is that the server stops.
  await api.stop(2_000)
  for (const each of deaf)
    assert.deepEqual(
      (await each.rest()).map(({ name }) => name),
      ['error'],
    )
})

test('what was recorded before somebody listened is told at once, also when the server did not run yet', async () => {
  await using api = await stage()
  const { store } = api.it
  const [old, mine] = [append(api, 'shop'), append(api, 'shop')]
  const newest = append(api, null)
  const cookie = cookieOf(store, 'guest')
  const first = async (path: string, headers = {}) => {
    const page = await listen(api, path, { cookie, ...headers })
    const [seq] = await numbers(page, 1)
    page.leave()
    return seq
  }
  assert.equal(await first(`/live?projects=shop&after=${old}`), mine)
  assert.equal(await first('/live?projects=shop'), mine)
  // A browser that comes back tells what it heard last; the page's own number is older.
  assert.equal(await first(`/live?projects=shop&after=${newest}`, { 'last-event-id': String(old) }), mine)
  assert.equal(await first('/live?projects=shop&after=-1'), mine)
  assert.equal(await first('/live?projects=shop&after=1e9'), mine)
})

test('a session that ends, ends what it listens to', async () => {
  await using api = await stage()
  const { store } = api.it
  const page = await live(api, cookieOf(store, 'guest'))
  store.sessions.endAll('guest', Date.now())
  const events = await page.rest()
  assert.equal(events.at(-1)?.name, 'error')
  assert.match(events.at(-1)?.data ?? '', /token\.invalid/)
})

test('a role that is taken away ends what was heard by it', async () => {
  await using api = await stage()
  const { store } = api.it
  person(store, 'both', ['viewer'], { project: 'shop' })
  store.accounts.grant('both', { role: 'viewer', project: 'other', environment: null, grantedAt: 0, grantedBy: 'test' })
  const page = await live(api, cookieOf(store, 'both'), '&projects=other')
  store.accounts.withdraw('both', { role: 'viewer', project: 'other', environment: null })
  assert.equal((await page.rest()).at(-1)?.name, 'error')
})

test('whoever has not signed in is sent to do so, and HEAD is answered and over', async () => {
  await using api = await stage()
  const nobody = await fetch(`${api.url}/live?projects=shop`, { redirect: 'manual' })
  assert.deepEqual([nobody.status, nobody.headers.get('location')], [303, '/login?back=%2Flive%3Fprojects%3Dshop'])
  const headers = { cookie: cookieOf(api.it.store, 'guest') }
  const head = await fetch(`${api.url}/live`, { method: 'HEAD', headers })
  assert.equal(head.status, 200)
  assert.equal(await head.text(), '')
})

test('hostile names of projects are names that nobody has', async () => {
  await using api = await stage()
  const cookie = cookieOf(api.it.store, 'admin')
  const names = [
    "shop' OR 1=1 --",
    '__proto__ constructor',
    '%00',
    '%F0%9F%92%A9',
    '../shop',
    'x'.repeat(2_000),
    '["shop"]',
  ]
  const pages = await Promise.all(names.map((name) => live(api, cookie, `&projects=${encodeURIComponent(name)}`)))
  const all = await live(api, cookie)
  await passedOver(api, all)
  append(api, 'shop')
  await numbers(all, 1)
  await api.stop(2_000)
  // Of the first the word `shop` is not a name of its own: it has a quote.
  for (const page of pages)
    assert.deepEqual(
      (await page.rest()).map(({ name }) => name),
      ['error'],
    )
})

/** Two projects, and a guest of one. */
async function stage(): Promise<TestApi> {
  const api = await apiServer()
  await api.as('admin').call('projects.add', { body: { name: 'other' } })
  person(api.it.store, 'guest', ['viewer'], { project: 'shop' })
  return api
}

async function live(api: TestApi, cookie: string, query = ''): Promise<Listener> {
  return await listen(api, `/live?after=${api.it.store.facts.head().seq}${query}`, { cookie })
}

function append(api: TestApi, project: string | null): number {
  return api.it.store.facts.append({ kind: 'test.made', project, subject: 'x', by: 'test', data: {} }, Date.now()).seq
}

/** Something is recorded elsewhere, and all who listen have had their turn. */
async function passedOver(api: TestApi, all: Listener): Promise<void> {
  for (const project of ['other', null]) {
    const seq = append(api, project)
    assert.deepEqual(await numbers(all, 1), [seq])
  }
}

async function numbers(page: Listener, count: number): Promise<readonly number[]> {
  return (await page.take(count)).map(({ data }) => (JSON.parse(data) as { seq: number }).seq)
}
