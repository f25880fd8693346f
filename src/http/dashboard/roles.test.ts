import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { ada, inProduction, inStaging, production, pushed, waitingOn } from '../../../test/helpers/deployments.ts'
import { guardedSpec } from '../../../test/helpers/guarded.ts'
import { person } from '../../../test/helpers/people.ts'
import { projectSpec } from '../../../test/helpers/spec.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import type { Route } from '../../api/route.ts'
import { type RouteName, routes } from '../../api/routes.ts'
import { ranks, type Where } from '../../domain/role.ts'
import { mustBePermitted } from '../../engine/permissions.ts'
import { Fault } from '../../lib/fault.ts'
import { systemClock } from '../../system/clock.ts'
import { signedIn, startSession } from '../accounts/sessions.ts'
import { admittedTo } from '../ask.ts'
import { hashOfToken, type Principal } from '../auth.ts'

/** Every page about one project that was pushed, waits for a yes, and ran a command. */
const pages = [
  ...['/', '/approvals', '/insights', '/audit', '/audit?verify=1', '/people', '/server', '/server?checkup', '/me'],
  ...['', '/runs', '/deployments', '/releases', '/releases/v1', '/variables', '/notices', '/settings'].map(ofShop),
  ...['staging', 'production'].map((name) => ofShop(`/environments/${name}`)),
  ...['staging', 'production'].map((name) => ofShop(`/environments/${name}/ways-back`)),
  ...['staging', 'production'].map((name) => ofShop(`/undeployed/${name}`)),
  ...['/runs/r1', '/runs/r1/jobs/test', '/deployments/d1', '/deployments/d2', '/one-offs/o1', '/me/identities'],
]

function ofShop(path: string): string {
  return `/projects/shop${path}`
}

const places: Readonly<Record<string, Partial<Where>>> = {
  everywhere: {},
  'in the project': { project: 'shop' },
  'in staging': { project: 'shop', environment: 'staging' },
}

test('whatever role somebody has, every page shows, and offers nothing that their role does not reach', async (t) => {
  const api = await stage(t)
  for (const [where, place] of Object.entries(places)) {
    for (const rank of ranks) {
      const visitor = visitorOf(api, [rank], place)
      for (const path of pages) {
        await t.test(`${rank} ${where}: ${path}`, async () => {
          const { status, text } = await visitor.get(path)
          const isElsewhere = place.environment !== undefined && /production|d2/.test(path)
          assert.equal(status, isElsewhere ? 403 : 200, textOf(text))
          assert.deepEqual(refused(api, visitor.principal(), text), [])
          if (rank === 'deployer' && where === 'in staging') assert.deepEqual(await shut(visitor, text), [])
        })
      }
    }
  }
})

test('where an environment names who may, nobody else is offered it, and they are told who may', async (t) => {
  const api = await stage(t, guardedSpec)
  for (const [who, roles] of Object.entries({ 'not named': ['maintainer'], named: ['maintainer', 'lead'] })) {
    const visitor = visitorOf(api, roles)
    for (const path of pages) {
      await t.test(`${who}: ${path}`, async () => {
        const { status, text } = await visitor.get(path)
        assert.equal(status, 200, textOf(text))
        assert.deepEqual(refused(api, visitor.principal(), text), [])
        const isTold = /\/environments|\/undeployed|\/d2|\/approvals/.test(path)
        if (isTold) assert.equal(/(Only|these may:) ada, role:lead/.test(textOf(text)), who === 'not named')
        const isOfEnvironment = /\/environments\/\w+$|\/d2/.test(path)
        if (isOfEnvironment) assert.equal(/<form [^>]*action="\/act/.test(text), who === 'named', textOf(text))
      })
    }
  }
})

test('whoever may not say yes to their own is not asked to, and may take it back', async (t) => {
  const [staging, production] = projectSpec().environments
  assert.ok(staging && production)
  const protection = { ...production.protection, selfApproval: false }
  const api = await stage(t, projectSpec({ environments: [staging, { ...production, protection }] }))
  const visitor = visitorOf(api, ['deployer'])
  api.it.engine.actions.reject('d2', 'not yet', ada)
  const [own] = api.it.engine.actions.deploy(inProduction, { version: null }, { by: 'lin' })
  for (const path of ['/approvals', `/deployments/${own?.id}`]) {
    const { text } = await visitor.get(path)
    assert.doesNotMatch(text, /approvals\.give|deployments\.approve/)
    assert.match(text, /whoever pushed it or asked for it does not approve it here/)
    assert.match(text, /rejections\.give|deployments\.reject/)
  }
})

test('whoever has no role in the project is told of none of it', async (t) => {
  const api = await stage(t)
  for (const [who, roles] of Object.entries({ 'an admin of another': ['admin'], nobody: [] })) {
    const visitor = visitorOf(api, roles, { project: 'elsewhere' })
    for (const path of pages) {
      await t.test(`${who}: ${path}`, async () => {
        const { status, text } = await visitor.get(path)
        assert.doesNotMatch(text, /first/)
        const isOfShop = /shop|\/[rdo]\d/.test(path)
        if (roles.length > 0) assert.equal(status, isOfShop ? 404 : 200, textOf(text))
        assert.deepEqual(refused(api, visitor.principal(), text), [])
      })
    }
  }
})

test('whoever has no role at all is told so, and can sign out', async (t) => {
  const visitor = visitorOf(await stage(t), [])
  for (const path of ['/', '/me']) {
    const { status, text } = await visitor.get(path)
    assert.equal(status, 200)
    assert.match(text, /You have no role yet/)
    assert.match(text, /action="\/logout"/)
  }
})

async function stage(t: TestContext, spec = projectSpec()): Promise<TestApi> {
  const api = await apiServer({ spec })
  t.after(() => api[Symbol.asyncDispose]())
  await pushed(api.it, 'first')
  await waitFor('production to wait', () => waitingOn(api.it, production))
  api.it.engine.actions.startOneOff(inStaging, { words: ['true'] }, ada)
  return api
}

interface Visitor {
  get(path: string): Promise<{ readonly status: number; readonly text: string }>
  principal(): Principal
}

function visitorOf({ it: { store }, url }: TestApi, roles: readonly string[], place: Partial<Where> = {}): Visitor {
  person(store, 'lin', roles, place)
  const cookie = startSession(store, 'lin', { browser: 'Firefox', address: '' }, systemClock.now())
  const headers = { cookie: `signalbox=${cookie}`, accept: 'text/html' }
  return {
    async get(path) {
      const answer = await fetch(`${url}${path}`, { headers })
      return { status: answer.status, text: await answer.text() }
    },
    principal() {
      const found = signedIn(store, systemClock.now)(hashOfToken(cookie))
      assert.ok(found)
      return found
    },
  }
}

/** The acts that a page offers and the API would refuse them. */
function refused({ it: { store } }: TestApi, principal: Principal, page: string): readonly string[] {
  return offered(page).flatMap(({ route, params }) => {
    try {
      const { permission }: Route = routes[route]
      const { to, ...path } = params
      const { where } = admittedTo(routes[route], path, { store, principal })
      const { project, environment } = { ...where, ...(to === undefined ? {} : { environment: to }) }
      if (permission !== undefined && project !== null && environment !== null)
        mustBePermitted(store, permission, { project, environment, by: principal.name })
      return []
    } catch (error) {
      if (error instanceof Fault && error.code === 'sign_in.confirm') return []
      return [`${route} ${JSON.stringify(params)}: ${error}`]
    }
  })
}

interface Offered {
  readonly route: RouteName
  readonly params: Readonly<Record<string, string>>
}

function offered(page: string): readonly Offered[] {
  return [...page.matchAll(/<form [^>]*action="\/act\/([\w.-]+)"[^>]*>([\s\S]*?)<\/form>/g)].flatMap(
    ([, route = '', content = '']) => {
      const fields = [...content.matchAll(/name="params\.(\w+)" value="([^"]*)"/g)]
      const params = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value || 'x']))
      return [{ route: route as RouteName, params }, ...ticked(route, content), ...destinations(route, params, content)]
    },
  )
}

/** Each deployment that can be ticked is an act of its own. */
function ticked(route: string, content: string): readonly Offered[] {
  const single = { 'approvals.give': 'deployments.approve', 'rejections.give': 'deployments.reject' } as const
  if (!Object.hasOwn(single, route)) return []
  const ids = [...content.matchAll(/type="checkbox" name="body\.[^"]*" value="[^"]*?(d\d+)[^"]*"/g)]
  return ids.map(([, id = '']) => ({ route: single[route as keyof typeof single], params: { deployment: id } }))
}

/** What is promoted has to be let in where it goes, too. */
function destinations(route: string, params: Offered['params'], content: string): readonly Offered[] {
  if (route !== 'promote') return []
  const all = [...content.matchAll(/<option value="([^"]+)"/g)].map(([, environment = '']) => environment)
  assert.ok(all.length > 0, 'there is somewhere to send it to')
  return all.map((environment) => ({ route, params: { ...params, to: environment } }))
}

/** The links of a page that lead to where they may not look. */
async function shut(visitor: Visitor, page: string): Promise<readonly string[]> {
  const links = [...page.matchAll(/ href="(\/[^"#]*)/g)].map(([, path = '']) => path.replaceAll('&amp;', '&'))
  const asked = [...new Set(links)].map(async (path) => ({ path, status: (await visitor.get(path)).status }))
  return (await Promise.all(asked)).filter(({ status }) => status === 403).map(({ path }) => path)
}

function textOf(page: string): string {
  return page
    .replace(/^[\s\S]*<main/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
}
