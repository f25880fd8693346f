import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../../test/helpers/engine.ts'
import { projectSpec } from '../../../test/helpers/spec.ts'
import { Newest } from './newest.ts'

test('a page of before the server was started learns that it is old, and one of now only of what is new about it', async () => {
  await using it = await startEngine(projectSpec())
  const fact = (project: string) =>
    it.store.facts.append({ kind: 'project.added', project, subject: project, by: 'ada', data: {} }, 1)
  fact('shop')
  const before = it.store.facts.head().seq
  fact('shop')
  const newest = new Newest(it.store)
  assert.ok(newest.of(['shop']) > before)
  const now = it.store.facts.head().seq
  fact('blog')
  assert.equal(newest.of(['shop']), now)
  assert.equal(newest.of(['blog']), now + 1)
  assert.equal(newest.of(null), now + 1)
})
