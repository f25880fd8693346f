import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { succeeded } from '../../test/helpers/engine.ts'
import { listen } from '../../test/helpers/events.ts'
import { tokens } from '../../test/helpers/people.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { redactor } from '../lib/redact.ts'

test('facts are told as they are recorded, and a viewer who comes back misses none and sees none twice', async () => {
  await using api = await apiServer()
  const record = (count: number) => {
    for (let index = 0; index < count; index += 1) append(api, `n${index}`)
  }
  const start = api.it.store.facts.head().seq
  record(250)
  const first = await viewer(api, `/api/v1/facts/follow?after=${start}`)
  const seen = await first.take(250)
  record(3)
  seen.push(...(await first.take(2)))
  first.leave()
  record(150)
  const second = await viewer(api, '/api/v1/facts/follow', { 'last-event-id': seen.at(-1)?.id ?? '' })
  seen.push(...(await second.take(151)))
  second.leave()
  assert.deepEqual(
    seen.map(({ id }) => Number(id)),
    Array.from({ length: 403 }, (_, index) => start + index + 1),
  )
  assert.deepEqual(
    seen.map(({ data }) => (JSON.parse(data) as { seq: number }).seq),
    seen.map(({ id }) => Number(id)),
  )
})

test('facts of other projects are left out, and do not hold up those that come after', async () => {
  await using api = await apiServer()
  const start = api.it.store.facts.head().seq
  for (let index = 0; index < 300; index += 1) append(api, 'x', 'other')
  append(api, 'mine', 'shop')
  const one = await viewer(api, `/api/v1/facts/follow?after=${start}&project=shop`)
  const [fact] = await one.take(1)
  assert.equal((JSON.parse(fact?.data ?? '') as { subject: string }).subject, 'mine')
  one.leave()
})

test('a job’s log is read from a byte on, followed from before its first line to its end, and taken up again', async () => {
  await using api = await apiServer()
  const going = Promise.withResolvers<void>()
  await api.it.push('slow', { job: async () => going.promise.then(() => succeeded) })
  await waitFor('the job to run', () => api.it.jobsRun.length > 0)
  const path = '/api/v1/runs/r1/jobs/test/log/follow'
  const early = await viewer(api, path)
  const log = await openLog(api, 'r1/test/1')
  await log.write('one\ntwo\n')
  const [first] = await early.take(1)
  early.leave()
  await log.write('three\n')
  const late = await viewer(api, path, { 'last-event-id': first?.id ?? '' })
  const [second] = await late.take(1)
  const texts = [first, second].flatMap(
    (event) => (JSON.parse(event?.data ?? '') as { lines: { text: string }[] }).lines,
  )
  assert.deepEqual(
    texts.map(({ text }) => text),
    ['one', 'two', 'three'],
  )
  await log.close()
  going.resolve()
  assert.equal((await late.take(1))[0]?.name, 'end')

  const read = async (offset: number) =>
    (await api.as('read').call('jobs.log', { params: { run: 'r1', job: 'test' }, query: { offset } })).lines.map(
      ({ text }) => text,
    )
  assert.deepEqual(await read(0), ['one', 'two', 'three'])
  assert.deepEqual(await read(Number(first?.id)), ['three'])
  assert.deepEqual(await read(-15), ['three'])
  assert.equal((await api.send('GET', path, { headers: { 'last-event-id': '-1' } })).status, 400)
})

test('a viewer who leaves, whatever is on its way then, is no error of ours', async () => {
  await using api = await apiServer()
  const start = api.it.store.facts.head().seq
  for (let index = 0; index < 20; index += 1) {
    const one = await viewer(api, `/api/v1/facts/follow?after=${start}`)
    append(api, 'first')
    await one.take(1)
    one.leave()
    append(api, 'nobody reads this')
  }
  await waitFor('all to be over', () => api.logged.filter(({ sentence }) => sentence === 'stream cut').length > 0)
  assert.deepEqual(
    api.logged.filter(({ level }) => level === 'error'),
    [],
  )
})

test('viewers who read nothing hold little, and one who reads gets every line meanwhile', async () => {
  await using api = await apiServer()
  await api.it.push('first')
  await waitFor('the end of the run', () => api.it.store.runs.get('r1')?.state === 'finished')
  const log = await openLog(api, 'r1/test/1')
  for (let index = 0; index < 20; index += 1) await log.write(`${'x'.repeat(999)}\n`.repeat(1_000))
  await log.close()
  const pieces = countPieces(api)
  const path = '/api/v1/runs/r1/jobs/test/log/follow'
  const slow = await Promise.all(Array.from({ length: 20 }, () => slowViewer(api, path)))
  const one = await viewer(api, path)
  const events = await one.rest()
  const lines = events
    .filter(({ name }) => name === 'message')
    .flatMap(({ data }) => (JSON.parse(data) as { lines: [] }).lines)
  assert.equal(lines.length, 20_000)
  assert.equal(events.at(-1)?.name, 'end')
  // What the machine's sockets hold is not ours to bound; beyond it nothing is read for somebody who reads nothing.
  assert.ok(pieces.read < events.length + 20 * 40, `${pieces.read} pieces of ${events.length} were read for each of 20`)
  for (const socket of slow) socket.destroy()
})

test('a token that is revoked ends the streams it opened', async () => {
  await using api = await apiServer()
  const { value } = await api
    .as('admin')
    .call('tokens.create', { body: { name: 'brief', account: 'read', scope: 'read' } })
  const one = await viewer(api, '/api/v1/facts/follow?after=0', {}, value)
  await api.as('admin').call('tokens.revoke', { params: { token: 'brief' } })
  const events = await one.rest()
  assert.equal(events.at(-1)?.name, 'error')
  assert.match(events.at(-1)?.data ?? '', /token\.invalid/)
})

test('a server that stops ends its streams at once and says so', async () => {
  await using api = await apiServer()
  const one = await viewer(api, '/api/v1/facts/follow?after=0')
  const began = performance.now()
  const stopped = api.stop(5_000)
  const events = await one.rest()
  await stopped
  assert.ok(performance.now() - began < 2_000)
  assert.match(events.at(-1)?.data ?? '', /server\.stopping/)
})

test('lines of instances are told with the instance they come from', async () => {
  await using api = await apiServer()
  await api.it.push('first')
  await waitFor('something in staging', () => api.it.store.tracks.get('shop/shop/staging')?.live ?? null)
  const params = { project: 'shop', environment: 'staging' }
  const lines = await Array.fromAsync(api.as('read').follow('instances.logs', { params, query: { follow: 'false' } }))
  assert.ok(lines.every(({ instance }) => instance.startsWith('d1-')))
  const none = api.as('read').follow('instances.logs', { params: { ...params, environment: 'nope' } })
  await assert.rejects(none.next(), { code: 'environment.unknown' })
  const nothing = api.as('read').follow('instances.logs', { params, query: { process: 'wbe' } })
  await assert.rejects(nothing.next(), { code: 'process.unknown', hint: 'Its processes: web, worker.' })
})

function append(api: TestApi, subject: string, project: string | null = null): void {
  api.it.store.facts.append({ kind: 'test.made', project, subject, by: 'test', data: {} }, Date.now())
}

async function openLog(api: TestApi, attempt: string) {
  const writer = await api.jobLogs.open(attempt, redactor([]))
  const sink = writer.sink({ step: 0, stream: 'o' })
  return {
    write: async (text: string) => void (await sink.push(Buffer.from(text))),
    close: () => writer.close(),
  }
}

function countPieces(api: TestApi): { read: number } {
  const count = { read: 0 }
  const { follow } = api.jobLogs
  const counted: typeof follow = async function* (attempt, options) {
    for await (const part of follow(attempt, options)) {
      count.read += 1
      yield part
    }
  }
  Object.assign(api.jobLogs, { follow: counted })
  return count
}

function viewer(api: TestApi, path: string, headers: Record<string, string> = {}, token: string = tokens.read) {
  return listen(api, path, headers, token)
}

/** Asks, and then takes no more than its socket does by itself. */
async function slowViewer(api: TestApi, path: string): Promise<Socket> {
  const { port } = new URL(api.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.read}\r\n\r\n`)
  await once(socket, 'readable')
  socket.read(1)
  return socket
}
