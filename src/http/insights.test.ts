import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { pushed } from '../../test/helpers/deployments.ts'
import { person, tokenOf } from '../../test/helpers/people.ts'
import { apiClient } from '../api/client.ts'
import { systemClock } from '../system/clock.ts'

test('the numbers over time are those of projects that somebody may see', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  person(api.it.store, 'guest', ['viewer'], { project: 'other' })
  const token = tokenOf(api.it.store, 'guest')
  const guest = apiClient({ url: api.url, token, clock: systemClock, signal: new AbortController().signal })
  assert.deepEqual((await guest.call('insights', { query: {} })).projects, [])
  assert.deepEqual((await guest.call('insights', { query: { project: 'shop' } })).projects, [])
  const { period, projects } = await api.as('read').call('insights', { query: { environment: 'staging', days: 7 } })
  assert.equal(period.to - period.from, 7 * 86_400_000)
  assert.deepEqual(
    projects.map(({ name, now, days }) => [name, now.frequency.n, days.length, days.at(-1)?.deployments]),
    [['shop', 1, 7, 1]],
  )
})
