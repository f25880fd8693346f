import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'
import type { DeploymentView, PlanView, SafeguardsView } from '../../src/api/views.ts'
import type { FileContent } from '../helpers/repository.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, type Project, project, visit } from './stage.ts'

const limit = { timeout: 175_000 }

/** Two productions that ada and whoever leads approve, neither what they asked for themselves. */
function environments(given: { readonly approvals?: number; readonly redeploy?: readonly string[] } = {}) {
  const { approvals = 1, redeploy = ['role:lead'] } = given
  const place = (host: string) => ({
    ...{ hosts: host, needs: 'staging', on: { after: 'staging' } },
    protection: { approvals, approvers: ['ada', 'role:lead'], self_approval: false },
    policies: { permissions: { redeploy } },
  })
  return { canada: place('ca.shop.test'), europe: place('eu.shop.test') }
}

test('a yes for a plan, and who may say it', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const ship = (version: string, given = {}) =>
    shop.ship(app('shop', version, { environments: environments(given) }), `${version} of the shop (#7)`)
  const [ada, grace] = [await person(shop, 'ada'), await person(shop, 'grace', 'lead')]

  await t.test('a stranger can work out the hash that people approve', async () => {
    assertSucceeded(await shop.deployed(await ship('v1')))
    await allWait(shop, 2)
    const [plan] = (await shop.sb(['plan', 'canada', '--json'], { wanted: 4 })).json<PlanView[]>()
    const { stdout } = await shop.sb(['plan', 'canada', '--canonical'], { wanted: 4 })
    const sum = spawnSync('sha256sum', { input: stdout, encoding: 'utf8' }).stdout.split(' ')[0]
    assert.equal(sum, plan?.hash)
    assert.deepEqual(JSON.parse(stdout), plan?.plan)
    const shown = (await shop.sb(['plan', 'canada'], { wanted: 4 })).stdout
    assert.match(shown, /brings +[0-9a-f]{8} v1 of the shop .* #7\n/)
    assert.match(shown, /steps +prepare, place 1 web, route 1 web, verify 1 web/)
    assert.match(shown, /approvals +1 of ada, role:lead, not by whoever pushed or asked/)
  })

  await t.test('who approves is the name of the token, and nothing that a request says (trap 15)', async () => {
    const [deployment = ''] = await waiting(shop)
    const { hash } = await server.client.call('deployments.plan', { params: { deployment } })
    const say = (body: object, headers: Record<string, string> = {}) =>
      fetch(`${server.serving.url}/api/v1/deployments/${deployment}/approve`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-user': 'ada', from: 'ada', ...headers },
        body: JSON.stringify({ plan: hash, ...body }),
      })
    const { SIGNALBOX_TOKEN: token } = await shop.login()
    assert.equal((await say({})).status, 401)
    assert.equal((await say({ by: 'ada' }, { authorization: `Bearer ${token}` })).status, 400)
    assert.equal((await say({}, { authorization: `Bearer ${token}` })).status, 403, 'admin is no approver')
    assert.deepEqual((await server.client.call('deployments.show', { params: { deployment } })).approvals, [])
  })

  await t.test('several are approved in one act, by a name or by a role; whoever asked is refused', async () => {
    const refused = await shop.sb(['approve', '--all', '--yes'], { wanted: 4 })
    assert.match(refused.stderr, /d\d+: admin may not approve .*; d\d+: admin may not approve/)
    const words = ['approve', 'canada', 'europe', '--yes', '--comment', 'seen on staging', '--wait']
    await shop.sb(words, { env: grace })
    for (const environment of ['canada', 'europe'])
      assertSucceeded((await shop.deployments(environment))[0] as DeploymentView)
    assert.deepEqual([await visit(server, 'ca.shop.test'), await visit(server, 'eu.shop.test')], ['v1', 'v1'])
  })

  await t.test('X18 permissions: who is not named is refused with those who are, who has the role may', async () => {
    const refused = await shop.sb(['redeploy', 'canada'], { wanted: 4, env: ada })
    assert.match(refused.stderr, /ada may not redeploy in canada; these may: role:lead/)
    const [made] = (await shop.sb(['redeploy', 'canada', '--no-wait', '--json'], { env: grace })).json<
      DeploymentView[]
    >()
    const own = await shop.sb(['approve', made?.id ?? '', '--yes'], { wanted: 4, env: grace })
    assert.match(own.stderr, /whoever pushed it or asked for it does not approve it here/)
    await shop.sb(['accounts', 'grant', 'ada', 'lead'])
    await shop.sb(['approve', made?.id ?? '', '--yes', '--wait'], { env: ada })
    assertSucceeded((await shop.deployments('canada'))[0] as DeploymentView)
  })

  await t.test('a push that takes protection away waits for those who could approve before', async () => {
    const commit = await ship('v2', { approvals: 0, redeploy: ['admin', 'role:lead'] })
    assertSucceeded(await shop.deployed(commit))
    await allWait(shop, 2)
    const shown = (await shop.sb(['plan', 'europe'], { wanted: 4 })).stdout
    assert.match(shown, /protection +is weakened: approvals: 1 → 0/)
    assert.match(shown, /protection +is weakened: permissions\.redeploy: role:lead → admin, role:lead/)
    assert.equal(await visit(server, 'eu.shop.test'), 'v1')
    const [inForce] = (await shop.sb(['safeguards', 'europe', '--json'])).json<SafeguardsView[]>()
    assert.deepEqual([inForce?.approvals, inForce?.permissions.redeploy], [1, ['role:lead']])
    await shop.sb(['approve', 'europe', '--yes', '--wait'], { env: grace })
    assert.equal(await visit(server, 'eu.shop.test'), 'v2')
    assert.match((await shop.sb(['safeguards', 'europe'])).stdout, /approvals +none\n/)
    await shop.sb(['reject', '--all', '--reason', 'canada stays guarded'], { env: ada })
    assert.match((await shop.sb(['safeguards', 'canada'])).stdout, /approvals +1 of ada, role:lead\n/)
    await shop.sb(['safeguards', 'forget', 'canada', '--reason', 'all have left', '--yes'])
    assert.match((await shop.sb(['safeguards', 'canada'], { wanted: 1 })).stderr, /Nothing guards canada/)
  })
})

/** A place for each way in which a deployment is set off, all with an approval; one of them wants `e2e` too. */
function ways() {
  const protection = { approvals: 1, self_approval: true }
  const place = (name: string, on: object, more: object = {}) => ({
    [name]: { hosts: `${name}.ways.test`, on, protection: { ...protection, ...more } },
  })
  return {
    staging: { hosts: 'staging.ways.test', on: { push: 'main' }, policies: { access: 'public' } },
    ...place('pushed', { push: 'main' }),
    ...place('following', { after: 'staging' }),
    ...place('byhand', {}),
    ...place('checked', {}, { approvals: 0, require_checks: ['e2e', 'docs'] }),
  }
}

test('what sets a deployment off, and what guards the place', limit, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'ways')
  const checks = {
    e2e: { steps: 'test ! -e red', continue_on_error: true },
    docs: { steps: 'exit 1', paths: 'docs/**' },
  }
  const ship = (version: string, more: Record<string, FileContent> = {}) =>
    shop.ship({ ...app('ways', version, { checks, environments: ways() }), ...more }, version)
  // In a new project every path counts; from the second push on only what has changed.
  assertSucceeded(await shop.deployed(await shop.ship(app('ways', 'v0'), 'v0')))

  await t.test(
    'X6 trigger × protection: push, another environment and a person all wait for the same yes',
    async () => {
      assertSucceeded(await shop.deployed(await ship('v1', { red: '' })))
      await shop.sb(['deploy', 'byhand'], { wanted: 4 })
      await waitFor('three to wait', async () => (await waiting(shop)).length === 3, 30_000)
      for (const host of ['pushed', 'following', 'byhand'])
        assert.doesNotMatch(await visit(server, `${host}.ways.test`), /^v1$/)
      await shop.sb(['approve', '--all', '--yes', '--wait'])
      for (const host of ['pushed', 'following', 'byhand']) assert.equal(await visit(server, `${host}.ways.test`), 'v1')
    },
  )

  await t.test(
    'X21 require_checks: red is refused, green goes; a check that its paths leave out is no hindrance',
    async () => {
      const refused = await shop.sb(['deploy', 'checked'], { wanted: 4 })
      assert.match(refused.stdout, /for this commit: e2e did not pass \(r\d+\)/)
      assertSucceeded(await shop.deployed(await ship('v2', { red: null })))
      await shop.sb(['deploy', 'checked'])
      assert.equal(await visit(server, 'checked.ways.test'), 'v2')
      assert.match((await shop.sb(['plan', 'checked'])).stdout, /docs was left out, which counts as passed/)
    },
  )
})

/** Somebody with a token of their own; gives the environment that makes the command line theirs. */
async function person(shop: Project, name: string, role?: string): Promise<Record<string, string>> {
  await shop.sb(['accounts', 'add', name, '--role', 'deployer'])
  if (role !== undefined) await shop.sb(['accounts', 'grant', name, role])
  return { SIGNALBOX_TOKEN: (await shop.sb(['tokens', 'create', name, '--account', name])).stdout.trim() }
}

async function waiting({ name, server }: Project): Promise<readonly string[]> {
  const tracks = await server.client.call('status', { params: { project: name } })
  return tracks.flatMap((track) => track.waiting.map(({ deployment }) => deployment.id))
}

async function allWait(shop: Project, count: number): Promise<void> {
  await waitFor(`${count} to wait`, async () => (await waiting(shop)).length === count, 60_000)
}
