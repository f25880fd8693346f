import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { Fault } from './fault.ts'
import { faults } from './faults.ts'

const codes = Object.keys(faults)
const entries = Object.entries(faults)

test('codes are area.what, in alphabetical order', () => {
  assert.deepEqual(codes, codes.toSorted())
  assert.deepEqual(
    codes.filter((code) => !/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/.test(code)),
    [],
  )
})

test('a sentence has no full stop, a hint ends like a sentence', () => {
  assert.deepEqual(
    entries.filter(([, { sentence }]) => sentence.endsWith('.')).map(([code]) => code),
    [],
  )
  assert.deepEqual(
    entries.filter(([, { hint }]) => !/[.?}]$/.test(hint)).map(([code]) => code),
    [],
  )
})

test('every code is thrown somewhere', () => {
  const files = globSync('src/**/*.ts').filter((file) => !file.endsWith('.test.ts') && !file.endsWith('lib/faults.ts'))
  const code = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  assert.deepEqual(
    codes.filter((each) => !code.includes(`'${each}'`)),
    [],
  )
})

test('places are filled from the details, and one that is missing stays visible', () => {
  const fault = new Fault('target.unreachable', { details: { target: 'local' } })
  assert.equal(fault.message, 'The target local does not answer: {problem}')
  assert.ok(fault.temporary)
})
