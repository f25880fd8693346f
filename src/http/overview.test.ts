import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { pushed } from '../../test/helpers/deployments.ts'
import { person, tokenOf } from '../../test/helpers/people.ts'
import { apiClient } from '../api/client.ts'
import { systemClock } from '../system/clock.ts'

test('the overview has the projects that somebody may see, and no others', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await api.as('admin').call('projects.add', { body: { name: 'secret' } })
  person(api.it.store, 'guest', ['viewer'], { project: 'shop' })
  const token = tokenOf(api.it.store, 'guest')
  const guest = apiClient({ url: api.url, token, clock: systemClock, signal: new AbortController().signal })
  const names = async (project?: string) =>
    (await guest.call('overview', { query: { project } })).map(({ name }) => name)
  assert.deepEqual(await names(), ['shop'])
  assert.deepEqual(await names('secret'), [])
  assert.deepEqual((await api.as('read').call('overview')).map(({ name }) => name).sort(), ['secret', 'shop'])
})
