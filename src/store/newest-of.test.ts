import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { deploymentOf, runOf } from '../../test/helpers/records.ts'
import { Database, migrate } from './database.ts'
import { type Store, storeOver } from './store.ts'

const projects = ['one', 'two', 'three']

test('the newest runs and deployments of some projects are theirs alone, the newest first, and no more than asked for', () => {
  const { store } = filled()
  const numbers = (all: readonly { readonly id: string }[]) => all.map(({ id }) => Number(id.slice(1)))
  const asked: readonly (readonly [readonly string[] | null, number, readonly number[]])[] = [
    [null, 4, [12, 11, 10, 9]],
    [['one'], 3, [10, 7, 4]],
    [['three', 'one'], 5, [12, 10, 9, 7, 6]],
    [['two', 'two'], 9, [11, 8, 5, 2]],
    [['nope'], 9, []],
    [[], 9, []],
  ]
  for (const [names, limit, expected] of asked) {
    assert.deepEqual(numbers(store.deployments.newest(names, limit)), expected, `deployments of ${names}`)
    assert.deepEqual(numbers(store.runs.list(names, limit)), expected, `runs of ${names}`)
  }
  assert.deepEqual(store.runs.refs('two', 2), ['refs/heads/four', 'refs/heads/three'])
})

test('what is open, or newest in a project, is found without a look at everything there ever was', () => {
  const { store, connection, asked } = filled()
  asked.clear()
  store.deployments.open('one/one/staging')
  store.deployments.openEverywhere()
  store.deployments.waiting(null)
  store.deployments.waitingCount(['one'])
  store.deployments.moving()
  store.deployments.inQueueOrMoving()
  store.deployments.tracksWithQueue()
  store.deployments.newest(['one'], 5)
  store.runs.list(['one'], 5)
  store.runs.unfinished()
  store.facts.newestOf('one')
  const open = /INDEX (deployments_(open|unfinished|one_active)|runs_unfinished)|_by_project|PRIMARY KEY|json_each/
  assertLooks(connection, asked, open)
})

test('what may be thrown away is found without a look at what stays, or went long ago', () => {
  const { store, connection, asked } = filled()
  asked.clear()
  store.releases.kept('one', 'one')
  store.releases.apps('one')
  store.releases.isInUse('aa')
  store.deliveries.forget(1, 9)
  store.trafficSamples.forget(1, 9)
  store.energies.forget(1, 9)
  const found =
    /INDEX (releases_(kept|by_digest)|deliveries_ended|traffic_samples_by_time|laps_by_time)|\(project=\?\)|PRIMARY KEY/
  assertLooks(connection, asked, found)
})

test('of the journal nothing is looked at beyond the numbers that a question names', () => {
  const { store, connection, asked } = filled()
  asked.clear()
  store.facts.list({ after: 3, before: 9, limit: 5, by: 'nobody' })
  store.facts.newest(5, { after: 3, before: 9, by: 'nobody' })
  assertLooks(connection, asked, /rowid>\? AND rowid<\?|json_each/)
})

/** Each table is looked at in one of these ways only. */
function assertLooks(connection: DatabaseSync, asked: ReadonlySet<string>, ways: RegExp): void {
  assert.ok(asked.size > 0)
  for (const sql of asked) {
    const steps = connection.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
    const looks = steps.map(({ detail }) => detail).filter((detail) => /^(SCAN|SEARCH)/.test(detail))
    for (const detail of looks) assert.match(detail, /^SCAN named/.test(detail) ? /./ : ways, sql)
  }
}

function filled(): { store: Store; connection: DatabaseSync; asked: Set<string> } {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const asked = new Set<string>()
  const prepare = (sql: string) => {
    asked.add(sql)
    return connection.prepare(sql)
  }
  const listening = new Proxy(connection, {
    get: (target, name) => (name === 'prepare' ? prepare : bound(target, name)),
  })
  const store = storeOver(new Database(listening))
  for (const name of projects) {
    store.projects.add({ name, origin: null, createdAt: 0, createdBy: 'ada' })
    store.tracks.ensure(name, name, 'staging')
  }
  for (const [round, branch] of ['one', 'two', 'three', 'four'].entries()) {
    for (const project of projects) {
      store.deployments.add(deploymentOf({ project, track: `${project}/${project}/staging` }))
      store.runs.add(runOf({ project, event: `e-${project}-${round}`, ref: `refs/heads/${branch}` }))
    }
  }
  return { store, connection, asked }
}

function bound(connection: DatabaseSync, name: string | symbol): unknown {
  const value: unknown = Reflect.get(connection, name, connection)
  return typeof value === 'function' ? value.bind(connection) : value
}
