import assert from 'node:assert/strict'
import test from 'node:test'
import { gramsText, joulesText, lapTime } from './energy-text.ts'

test('joules become watt-hours where they are many', () => {
  const all = [0, 0.044, 1.26, 42.4, 999, 1_000, 6_900, 9_000_000]
  assert.deepEqual(all.map(joulesText), ['0 J', '0.044 J', '1.3 J', '42 J', '999 J', '0.28 Wh', '1.9 Wh', '2.5 kWh'])
})

test('grams become milligrams where they are few', () => {
  assert.deepEqual([0, 0.0063, 0.31, 4.2, 1_300].map(gramsText), ['0 mg', '6.3 mg', '310 mg', '4.2 g', '1.3 kg'])
})

test('what is shorter than a second is told in milliseconds', () => {
  assert.deepEqual([0, 20.4, 999, 1_000, 75_000].map(lapTime), ['0ms', '20ms', '999ms', '1.0s', '1m 15s'])
})
