import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

test('an admin is told how the server is, and nobody else', async () => {
  const trouble = { at: 5, level: 'warn', sentence: 'command failed', code: null } as const
  await using api = await apiServer({
    itself: { startedAt: 7, sizes: async () => ({ databaseBytes: 8, freeBytes: 9 }), troubles: () => [trouble] },
  })
  const status = await api.as('admin').call('server.status')
  assert.deepEqual([status.version, status.startedAt, status.uptimeMs], ['1.2.3', 7, status.at - 7])
  assert.deepEqual([status.databaseBytes, status.freeBytes, status.troubles], [8, 9, [trouble]])
  await assert.rejects(api.as('maintain').call('server.status'), { code: 'token.forbidden' })
})

test('who is shown something that goes on is counted for as long as it is', async () => {
  await using api = await apiServer()
  const open = async () => (await api.as('admin').call('server.status')).openStreams
  assert.equal(await open(), 0)
  const leaving = new AbortController()
  const viewer = api.send('GET', '/api/v1/facts/follow?after=0', { signal: leaving.signal })
  await waitFor('a viewer', async () => (await open()) === 1)
  leaving.abort()
  await viewer.catch(() => {}) // It has left.
  await waitFor('nobody', async () => (await open()) === 0)
})

test('what is due and nobody does is told, and what is not due yet is only counted', async () => {
  await using api = await apiServer()
  await api.it.engine.stop()
  const { outbox } = api.it.store
  const add = (subject: string, dueAt: number) =>
    outbox.add({
      lane: subject,
      kind: 'door',
      project: 'shop',
      subject,
      command: { do: 'door', track: subject },
      dueAt,
    })
  add('later', Number.MAX_SAFE_INTEGER)
  const before = await api.as('admin').call('server.status')
  assert.deepEqual([before.outbox, before.oldestDue], [1, null])
  add('second', 20)
  add('first', 10)
  const { outbox: length, oldestDue } = await api.as('admin').call('server.status')
  assert.deepEqual([length, oldestDue], [3, { kind: 'door', subject: 'first', dueAt: 10, tries: 0 }])
})
