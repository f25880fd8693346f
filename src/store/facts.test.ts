import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { Database, migrate } from './database.ts'
import { type FactFilter, Facts } from './facts.ts'

function journal(): Facts {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const facts = new Facts(new Database(connection))
  const add = (at: number, [kind, subject, by]: readonly [string, string, string], data: object = {}) =>
    facts.append({ kind, project: 'shop', subject, by, data: { ...data } }, at)
  add(10, ['run.accepted', 'r1', 'ada'])
  add(20, ['deployment.requested', 'd1', 'ada'], { track: 'shop/web/staging' })
  add(30, ['deployment.finished', 'd1', 'signalbox'], { track: 'shop/web/staging' })
  add(40, ['deployment.requested', 'd2', 'bob'], { track: 'shop/web/pre-staging' })
  add(50, ['environment.locked', 'shop/staging', 'bob'])
  add(60, ['deploymentlike.thing', 'x', 'bob'], { environment: 'staging' })
  facts.append({ kind: 'token.created', project: null, subject: 'ci', by: 'ada', data: {} }, 70)
  return facts
}

const rows: [string, FactFilter, readonly number[]][] = [
  ['a kind, or all kinds of a noun, and no noun that only begins like it', { kind: 'deployment' }, [2, 3, 4]],
  ['one kind', { kind: 'deployment.finished' }, [3]],
  ['who did it', { by: 'bob' }, [4, 5, 6]],
  [
    'an environment: as subject, in a track, by name; and none whose name only ends like it',
    { environment: 'staging' },
    [2, 3, 5, 6],
  ],
  ['a time, from and up to', { since: 20, until: 40 }, [2, 3]],
  ['a number to stay below', { before: 3 }, [1, 2]],
  ['a project', { project: 'shop', before: 99, since: 60 }, [6]],
  ['all of it together', { environment: 'staging', kind: 'deployment', by: 'ada', subject: 'd1' }, [2]],
  ['nothing: everything', {}, [1, 2, 3, 4, 5, 6, 7]],
]

for (const [what, filter, expected] of rows) {
  test(`the journal is filtered by ${what}`, () => {
    const facts = journal()
    const seqs = (found: readonly { readonly seq: number }[]) => found.map(({ seq }) => seq)
    assert.deepEqual(seqs(facts.list({ after: 0, limit: 99, ...filter })), expected)
    assert.deepEqual(seqs(facts.newest(2, filter)), expected.slice(-2))
    assert.deepEqual(seqs(facts.list({ after: expected[0] ?? 0, limit: 1, ...filter })), expected.slice(1, 2))
  })
}

test('the chain is looked at in pieces, and a break is found in whichever it is', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const facts = new Facts(new Database(connection))
  for (let at = 1; at <= 1_200; at += 1) {
    facts.append({ kind: 'test.made', project: null, subject: 'x', by: 'ada', data: {} }, at)
  }
  assert.equal([...facts.verifying()].length, 3)
  assert.equal(facts.verify(), null)
  connection.exec("DROP TRIGGER facts_stay; UPDATE facts SET actor = 'bob' WHERE seq = 1101")
  assert.equal([...facts.verifying()].length, 2)
  assert.equal(facts.verify()?.seq, 1_101)
})
