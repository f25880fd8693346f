import assert from 'node:assert/strict'
import test from 'node:test'
import { backupName, dueAt, isBackupName, isOverdue, oldestFirst, surplus } from './server-backup.ts'

test('names are in the order in which backups were taken, and nothing else is one', () => {
  const times = [0, 999, 1_000, 86_400_000, 1_795_000_000_123]
  assert.deepEqual(times.map(backupName).toSorted(), times.map(backupName))
  assert.ok(times.map(backupName).every(isBackupName))
  for (const text of ['', '..', '2026-11-26', `${backupName(0)}\n`, `${backupName(0)}/x`, ` ${backupName(0)}`])
    assert.ok(!isBackupName(text), text)
})

test('the oldest go, however they are listed', () => {
  const names = [3, 1, 4, 2].map(backupName)
  assert.deepEqual(surplus(names, { keep: 2, now: 4 }), [1, 2].map(backupName))
  assert.deepEqual(surplus([backupName(1)], { keep: 2, now: 4 }), [])
})

test('after a clock went wrong the new ones stay, and those from a time that has yet to come go first', () => {
  const hour = 3_600_000
  const names = [10, 20, 9_000, 9_500].map(backupName)
  assert.deepEqual(oldestFirst(names, 20), [9_000, 9_500, 10, 20].map(backupName))
  assert.deepEqual(surplus(names, { keep: 1, now: 20 }), [9_000, 9_500, 10].map(backupName))
  const given = { now: 1_000, everyMs: hour, newestAt: 900 * hour, failedAt: null }
  assert.equal(dueAt(given), 1_000)
  assert.equal(dueAt({ ...given, failedAt: 900 * hour }), 1_000)
  assert.ok(isOverdue(given))
})

test('one is due when the newest is old enough, at once when there is none, and sooner after a failure', () => {
  const hour = 3_600_000
  const given = { now: 1000, everyMs: 24 * hour, newestAt: null, failedAt: null }
  assert.equal(dueAt(given), 1000)
  assert.equal(dueAt({ ...given, newestAt: 500 }), 500 + 24 * hour)
  assert.equal(dueAt({ ...given, newestAt: 500, failedAt: 700 }), 700 + hour)
  assert.equal(dueAt({ ...given, everyMs: 60_000, failedAt: 700 }), 60_700)
  assert.equal(dueAt({ ...given, everyMs: Number.POSITIVE_INFINITY, newestAt: 500 }), Number.POSITIVE_INFINITY)
})

test('twice the time between two is too long, where any is expected', () => {
  const given = { now: 2_001, everyMs: 1_000, newestAt: 0 }
  assert.ok(isOverdue(given))
  assert.ok(!isOverdue({ ...given, now: 2_000 }))
  assert.ok(isOverdue({ ...given, newestAt: null }))
  assert.ok(!isOverdue({ ...given, everyMs: null }))
})
