import assert from 'node:assert/strict'
import test from 'node:test'
import { type Act, highestWithin, isAtLeast, leastRank, mayView, type Rank, rankOf, ranks, rolesAt } from './role.ts'

const shop = { project: 'shop', environment: null }
const staging = { project: 'shop', environment: 'staging' }
const production = { project: 'shop', environment: 'production' }
const blog = { project: 'blog', environment: null }
const server = { project: null, environment: null }

/** Who may do what: v(iewer), c(ontributor), d(eployer), m(aintainer), a(dmin). */
const table: Readonly<Record<Act, string>> = {
  push: 'dma',
  deploy: 'dma',
  redeploy: 'dma',
  promote: 'dma',
  rollback: 'dma',
  approve: 'dma',
  cancel: 'dma',
  scale: 'dma',
  lock: 'dma',
  migrate: 'ma',
  exec: 'ma',
  config: 'ma',
}

for (const [act, may] of Object.entries(table)) {
  for (const rank of ranks) {
    const does = may.includes(rank.slice(0, 1))
    test(`${rank} ${does ? 'may' : 'may not'} ${act}`, () => {
      assert.equal(isAtLeast(rank, leastRank[act as Act]), does)
    })
  }
}

test('a role counts where it was given, and within', () => {
  const rows: [given: typeof shop | typeof staging | typeof server, counts: readonly object[]][] = [
    [server, [server, shop, staging, production, blog]],
    [shop, [shop, staging, production]],
    [staging, [staging]],
  ]
  for (const [given, counts] of rows) {
    for (const where of [server, shop, staging, production, blog]) {
      const rank = rankOf(rolesAt([{ role: 'deployer', ...given }], where))
      assert.equal(rank, counts.includes(where) ? 'deployer' : null, JSON.stringify([given, where]))
    }
  }
})

test('a rank brings all below it, a name of the team’s own brings none', () => {
  assert.deepEqual(rolesAt([{ role: 'maintainer', ...shop }], staging), [
    'contributor',
    'deployer',
    'maintainer',
    'viewer',
  ])
  assert.deepEqual(rolesAt([{ role: 'lead', ...shop }], staging), ['lead'])
  assert.equal(rankOf(['lead']), null)
})

test('of several roles the highest counts', () => {
  const grants = [
    { role: 'viewer', ...server },
    { role: 'maintainer', ...staging },
    { role: 'deployer', ...shop },
  ]
  const ranksThere = [server, shop, staging, production, blog].map((where) => rankOf(rolesAt(grants, where)))
  assert.deepEqual(ranksThere, ['viewer', 'deployer', 'maintainer', 'deployer', 'viewer'] satisfies Rank[])
  assert.equal(highestWithin(grants, shop), 'maintainer')
  assert.equal(highestWithin(grants, server), 'maintainer')
})

test('whoever has a rank in one environment sees its project, and neither others nor the server', () => {
  const grants = [{ role: 'viewer', ...staging }]
  assert.deepEqual([mayView(grants, 'shop'), mayView(grants, 'blog'), mayView(grants, null)], [true, false, false])
  assert.equal(mayView([{ role: 'lead', ...shop }], 'shop'), false)
  assert.equal(mayView([{ role: 'viewer', ...server }], null), true)
})
