import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { inStaging, production, pushed, waitingOn } from '../../test/helpers/deployments.ts'
import { guardedSpec } from '../../test/helpers/guarded.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Route } from '../api/route.ts'
import { type RouteName, routes } from '../api/routes.ts'
import type { ErrorBody } from './respond.ts'

const all = Object.entries(routes) as [RouteName, Route][]
const [hash, reason, forMs] = ['a'.repeat(64), 'r', 60_000]
const command = ['true']
const terminal = { rows: 24, columns: 80, type: 'xterm' }

/** Something of that name that is there. */
const params: Readonly<Record<string, string>> = {
  ...{ ...inStaging, deployment: 'd2', oneOff: 'o1', user: 'u', name: 'X', schedule: 's' },
}

/** What those are asked with that are asked with more than their place. */
const bodies: Partial<Record<RouteName, unknown>> = {
  ...{ deploy: {}, redeploy: {}, rollback: {}, promote: { to: 'production' }, scale: { counts: { web: 1 } } },
  ...{
    lock: { reason },
    'freezes.add': { reason, forMs },
    'freezes.remove': {},
    'freezes.override': { reason, forMs },
  },
  ...{ 'deployments.approve': { plan: hash }, 'deployments.reject': { reason }, 'deployments.retry': {} },
  ...{ migrate: { destructive: true }, 'surveys.start': {} },
  ...{ 'one-offs.start': { command }, 'one-offs.approve': { plan: hash }, 'consoles.open': { terminal } },
  ...{ 'schedules.pause': { reason }, 'schedules.resume': {} },
  ...{ 'maintenance.on': {}, 'access.set': { password: 'seven brown horses ran' } },
  ...{ 'variables.set': { changes: [{ name: 'X', value: 'x' }] }, 'variables.waive': { reason, forMs } },
  'variables.apply': {},
}

test('what a route says it takes is what the engine asks for', async (t) => {
  await using api = await apiServer({ spec: guardedSpec })
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  await waitFor('production to wait', () => waitingOn(api.it, production))
  api.it.engine.actions.startOneOff(inStaging, { words: command }, { by: 'ada' })
  for (const [name, route] of all.filter(([, { permission }]) => permission !== undefined)) {
    await t.test(name, async () => {
      const path = route.path.replace(/:(\w+)/g, (_, key: string) => params[key] ?? key)
      const body = bodies[name]
      const sending = body === undefined ? {} : { body: JSON.stringify(body) }
      const answer = await api.send(route.method, `/api/v1${path}`, sending)
      const { code, details } = (await answer.json()) as ErrorBody
      assert.deepEqual([code, details.permission], ['permission.denied', route.permission])
    })
  }
})

/** Whoever's rank reaches that far may: no list of names in an environment is about these. */
const byRankAlone = [
  // Each deployment in it is asked about by itself.
  ...['approvals.give', 'rejections.give'],
  // Whoever asked for it may take it back.
  'one-offs.reject',
  // Only who opened it.
  'consoles.type',
  // Each environment that waits for it is asked about by itself.
  'releases.publish',
  ...['one-offs.plan', 'safeguards.forget'],
]

test('a new route about an environment says which permission it takes, or stands among those that take none', () => {
  const touching = /:(environment|deployment|oneOff)\b|^\/(approvals|rejections)$|\/publications$/
  const open = all.filter(
    ([, { method, path, permission }]) => method !== 'GET' && touching.test(path) && permission === undefined,
  )
  assert.deepEqual(open.map(([name]) => name).sort(), byRankAlone.sort())
})
