import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { ada, inStaging, pushed } from '../../../test/helpers/deployments.ts'
import { succeeded } from '../../../test/helpers/engine.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { systemClock } from '../../system/clock.ts'
import { startSession } from '../accounts/sessions.ts'

const lap = (name: string, cpuMs: number | null) => ({ name, step: 0, durationMs: 10_000, cpuMs, counted: null })

function reader({ it: { store }, url }: TestApi) {
  const cookie = startSession(store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  return async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie: `signalbox=${cookie}`, accept: 'text/html' } })
    return await answer.text()
  }
}

const textOf = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

test('run, job and deployment show what they took, and say that it is an estimate', async () => {
  await using api = await apiServer()
  const laps = [lap('unit <tests>', 15_000), lap('lost', null)]
  await pushed(api.it, 'one', { job: async () => ({ ...succeeded, laps }) })
  const get = reader(api)
  const run = textOf(await get('/runs/r1'))
  assert.match(
    run,
    /What it took about 113 J, 17 mg CO2e An estimate, by processor time .*: likely from 45 J to 282 J\./,
  )
  assert.match(run, / unit &lt;tests&gt; 10s 15s 1\.50 56 J 5\.6 W 8\.5 mg /)
  assert.match(run, / lost 10s – – – – – /)
  assert.match(textOf(await get('/runs/r1/jobs/test')), / Took about 56 J, 8\.5 mg CO2e /)
  assert.match(textOf(await get('/deployments/d1')), / Took about 113 J, 17 mg CO2e to build it in r1 /)
})

test('insights have a picture of it day by day, beside the time before, and by project', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'one', { job: async () => ({ ...succeeded, laps: [lap('unit', 15_000)] }) })
  const { store } = api.it
  const energy = { joules: 700, low: 500, high: 900, gridGrams: 1, madeGrams: 1, basis: 'table' } as const
  const kept = { attempt: 'r9/test/1', name: 'unit', step: 0, durationMs: 1, cpuMs: 1, energy }
  store.energies.keep(
    { subject: 'r9', project: 'shop', attempt: 'r9/test/1' },
    [kept],
    systemClock.now() - 10 * 86_400_000,
  )
  const page = await reader(api)('/insights?days=7')
  assert.match(page, /aria-label="Energy in 7 days, at most 113 J a day"/)
  assert.match(page, /<line class="level"/)
  assert.match(page, />in the time before: 100 J a day</)
  const text = textOf(page)
  assert.match(text, / Energy 113 J likely from 45 J to 282 J 700 J in the time before /)
  assert.match(text, / shop 113 J 700 J 17 mg 113 J, the middle of 1 700 J, the middle of 1 /)
})

test('where nothing was measured nothing is said of it', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'one')
  const get = reader(api)
  for (const path of ['/runs/r1', '/deployments/d1', '/insights', '/runs/r1/jobs/test'])
    assert.doesNotMatch(textOf(await get(path)), /CO2e| Took /, path)
})

test('a command shows what it took, where its target tells', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'one')
  api.it.world.teach('wipe', { lines: [], endsAfterMs: 1, exitCode: 0, cpuMs: 10_000 })
  for (const word of ['wipe', 'quiet']) {
    const { id } = api.it.engine.actions.startOneOff(inStaging, { words: [word] }, ada)
    await waitFor('its end', () => api.it.store.oneOffs.get(id)?.state === 'finished')
  }
  const get = reader(api)
  assert.match(textOf(await get('/one-offs/o1')), / Took about 38 J, /)
  assert.doesNotMatch(textOf(await get('/one-offs/o2')), / Took /)
})
