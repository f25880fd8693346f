import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { succeeded } from '../../../test/helpers/engine.ts'
import { listen } from '../../../test/helpers/events.ts'
import { cookieOf, person } from '../../../test/helpers/people.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { redactor } from '../../lib/redact.ts'

const path = '/runs/r1/jobs/test/follow'
const hostile = `<img src=x onerror=alert(1)> "'</div><script>alert(2)</script>`

test('a log comes as HTML in which everything that was printed is text, line by line, to its end', async () => {
  await using api = await apiServer()
  const { finish, write } = await running(api)
  const page = await listen(api, path, { cookie: cookieOf(api.it.store, 'read') })
  await write(`first\n${hostile}\n`)
  const [first] = await page.take(1)
  const html = htmlOf(first?.data)
  assert.match(html, /first/)
  assert.match(html, /&lt;img src=x onerror=alert\(1\)&gt;/)
  assert.doesNotMatch(html, /<img|<script|"'<\/div>/)
  await finish()
  assert.deepEqual(
    (await page.rest()).map(({ name }) => name),
    ['end'],
  )
  const again = await listen(api, path, { cookie: cookieOf(api.it.store, 'read'), 'last-event-id': first?.id ?? '' })
  assert.deepEqual(
    (await again.rest()).map(({ name }) => name),
    ['end'],
    'what was heard is not told twice',
  )
})

test('only who may see the project follows its logs, and for others there is no such run', async () => {
  await using api = await apiServer()
  const { finish } = await running(api)
  const { store } = api.it
  await api.as('admin').call('projects.add', { body: { name: 'other' } })
  person(store, 'stranger', ['viewer'], { project: 'other' })
  const answer = async (given: RequestInit, at = path) =>
    await fetch(`${api.url}${at}`, { redirect: 'manual', ...given })
  const nobody = await answer({})
  assert.deepEqual([nobody.status, nobody.headers.get('location')], [303, `/login?back=${encodeURIComponent(path)}`])
  const stranger = await answer({ headers: { cookie: cookieOf(store, 'stranger') } })
  assert.deepEqual([stranger.status, ((await stranger.json()) as { code: string }).code], [404, 'run.unknown'])
  const headers = { cookie: cookieOf(store, 'read') }
  assert.equal((await answer({ headers }, `${path}?offset=x`)).status, 400)
  assert.equal((await answer({ headers }, '/runs/r1/jobs/nope/follow')).status, 404)
  const head = await answer({ headers, method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  await finish()
})

test('a session that ends, ends the log it follows', async () => {
  await using api = await apiServer()
  const { finish } = await running(api)
  const page = await listen(api, path, { cookie: cookieOf(api.it.store, 'read') })
  api.it.store.sessions.endAll('read', Date.now())
  const events = await page.rest()
  assert.equal(events.at(-1)?.name, 'error')
  assert.match(events.at(-1)?.data ?? '', /token\.invalid/)
  await finish()
})

/** A job that goes on, with what it prints and its end in the test's hands. */
async function running(api: TestApi) {
  const over = Promise.withResolvers<void>()
  await api.it.push('slow', { job: async () => over.promise.then(() => succeeded) })
  await waitFor('the job to run', () => api.it.jobsRun.length > 0)
  const log = await api.jobLogs.open('r1/test/1', redactor([]))
  const sink = log.sink({ step: 0, stream: 'o' })
  return {
    write: async (text: string) => void (await sink.push(Buffer.from(text))),
    async finish() {
      await log.close()
      over.resolve()
      await waitFor('the run to end', () => api.it.store.runs.get('r1')?.state === 'finished')
    },
  }
}

function htmlOf(data: string | undefined): string {
  const { pieces } = JSON.parse(data ?? '') as { pieces: readonly { html: string }[] }
  return pieces.map(({ html }) => html).join('')
}
