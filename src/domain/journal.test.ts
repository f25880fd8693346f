import assert from 'node:assert/strict'
import test from 'node:test'
import type { Fact } from './facts.ts'
import { genesis, hashOf, verifyExtract } from './journal.ts'

function chain(length: number): readonly Fact[] {
  const facts: Fact[] = []
  for (let seq = 1; seq <= length; seq += 1) {
    const content = { seq, at: seq, kind: 'x', project: null, subject: 's', by: 'ada', data: { seq } }
    const fact = { ...content, previous: facts.at(-1)?.hash ?? genesis }
    facts.push({ ...fact, hash: hashOf(fact) })
  }
  return facts
}

const facts = chain(6)
const without = (...seqs: readonly number[]) => facts.filter(({ seq }) => !seqs.includes(seq))

test('a whole extract holds, up to the hash at its end', () => {
  assert.deepEqual(verifyExtract(facts), { facts: 6, head: facts[5]?.hash, gaps: 0, brokenAt: null, problem: null })
  assert.equal(verifyExtract([]).head, genesis)
})

test('a filtered extract holds, and says in how many places something was left out', () => {
  assert.deepEqual(verifyExtract(without(1, 4)).gaps, 2)
  assert.equal(verifyExtract(without(1, 4)).brokenAt, null)
})

test('a fact that was changed, forged, exchanged or doubled is found', () => {
  const changed = facts.map((fact) => (fact.seq === 3 ? { ...fact, by: 'eve' } : fact))
  assert.deepEqual([verifyExtract(changed).brokenAt, verifyExtract(changed).facts], [3, 2])
  // With a hash of its own it is whole by itself, and no longer what the next one follows.
  const forged = changed.map((fact) => (fact.seq === 3 ? { ...fact, hash: hashOf(fact) } : fact))
  assert.equal(verifyExtract(forged).brokenAt, 4)
  assert.equal(verifyExtract([...facts.slice(0, 2), ...facts.slice(3, 4), ...facts.slice(2, 3)]).brokenAt, 3)
  assert.equal(verifyExtract([...facts.slice(0, 2), ...facts.slice(1)]).brokenAt, 2)
})
