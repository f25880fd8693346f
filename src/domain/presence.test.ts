import assert from 'node:assert/strict'
import test from 'node:test'
import { appSpec, environmentSpec, projectSpec, variableSpec } from '../../test/helpers/spec.ts'
import { presenceMatrix } from './presence.ts'

const variables = [
  variableSpec({ name: 'KEY', required: true, secret: true, since: '2.0' }),
  variableSpec({ name: 'LEVEL', required: true, default: 'info' }),
  variableSpec({ name: 'NICE' }),
]
const environments = [
  environmentSpec({ name: 'staging', variables: { KEY: 'x', OLD: '1' } }),
  environmentSpec({ name: 'eu' }),
  environmentSpec({ name: 'us' }),
  environmentSpec({ name: 'docs', apps: ['docs'] }),
]
const spec = projectSpec({
  apps: [appSpec({ name: 'shop', variables }), appSpec({ name: 'docs' })],
  environments,
})
const waiver = { environment: 'us', name: 'KEY', by: 'ada', reason: 'soon', at: 0, expiresAt: 100 }
const set = new Map([
  ['eu', new Map([['GONE', false]])],
  ['docs', new Map([['GONE', true]])],
])

function cells(now: number): Record<string, readonly string[]> {
  const rows = presenceMatrix({ spec, set, waivers: [waiver], now })
  return Object.fromEntries(rows.map((row) => [row.name, row.cells.map(({ presence }) => presence)]))
}

test('each environment says of each variable where its value is from, or what its lack means', () => {
  assert.deepEqual(cells(50), {
    GONE: ['none', 'unused', 'none', 'set'],
    KEY: ['in_file', 'missing', 'waived', 'none'],
    LEVEL: ['default', 'default', 'default', 'none'],
    NICE: ['optional', 'optional', 'optional', 'none'],
    OLD: ['unused_in_file', 'none', 'none', 'none'],
  })
})

test('a waiver that is over waives nothing', () => {
  assert.equal(cells(100).KEY?.[2], 'missing')
})

test('what several apps declare is as demanding as the one that demands most', () => {
  const other = appSpec({ name: 'docs', variables: [variableSpec({ name: 'NICE', required: true, since: '3' })] })
  const both = projectSpec({ apps: [appSpec({ name: 'shop', variables }), other], environments })
  const nice = presenceMatrix({ spec: both, set, waivers: [], now: 0 }).find(({ name }) => name === 'NICE')
  assert.deepEqual([nice?.declared?.required, nice?.declared?.since, nice?.cells[3]?.presence], [true, '3', 'missing'])
})
