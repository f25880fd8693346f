import assert from 'node:assert/strict'
import test from 'node:test'
import {
  addressLine,
  backupLine,
  type CheckupLine,
  clockLine,
  databaseLine,
  edgeLine,
  gitLine,
  holderLine,
  isWell,
  journalLine,
  modesLine,
  nodeLine,
  outboxLine,
  serverLine,
  spaceLine,
  targetLine,
  tokenLine,
} from './checkup.ts'

const mib = 1024 * 1024
const problem = { problem: 'it broke' }
const states = (...lines: readonly CheckupLine[]) => lines.map(({ state }) => state)

test('whatever is not well says what to do, and what is well says nothing', () => {
  const listen = { address: 'here:1', isTaken: true }
  const bad = [
    ...[spaceLine('/data', problem), databaseLine(problem), journalLine(problem), gitLine(problem), edgeLine(problem)],
    ...[serverLine('url', problem), addressLine('url', problem), holderLine(problem, listen), tokenLine('no')],
    ...[nodeLine('v24.1.0'), targetLine({ driver: 'local', places: ['shop/staging'], observed: problem })],
  ]
  for (const { what, todo, found } of bad) {
    assert.ok(todo !== null && todo !== '', what)
    assert.ok(/it broke|no|v24/.test(found), what)
  }
  const good = [
    ...[spaceLine('/data', { value: 900 * mib }), databaseLine({ value: 'ok' }), gitLine({ value: 'git 2.50' })],
    ...[serverLine('url', { value: '1.0.0' }), addressLine('url', { value: true }), nodeLine('v26.10.0')],
    ...[edgeLine({ value: 'here:2' }), holderLine({ value: '17' }, listen), outboxLine(3, null), clockLine(12)],
    ...[targetLine({ driver: 'local', places: ['shop/staging'], observed: { value: true } }), modesLine([])],
  ]
  for (const { what, state, todo } of good) assert.deepEqual([state, todo], ['ok', null], what)
  assert.deepEqual([isWell(good), isWell([...good, nodeLine('v24.1.0')])], [true, false])
})

test('a database in which something is wrong is not well, whatever it is', () => {
  assert.deepEqual(states(databaseLine({ value: 'Tree 5 page 9: btreeInitPage() returns error code 11' })), ['fail'])
})

test('space that runs out is told before there is none', () => {
  const line = (bytes: number) => spaceLine('/data', { value: bytes })
  assert.deepEqual(states(line(512 * mib), line(512 * mib - 1), line(4 * mib), line(4 * mib - 1)), [
    ...['ok', 'warn', 'warn', 'fail'],
  ])
})

test('a journal is broken at a fact', () => {
  assert.equal(journalLine({ value: { facts: 9, brokenAt: null } }).state, 'ok')
  const { state, found } = journalLine({ value: { facts: 9, brokenAt: 4 } })
  assert.deepEqual([state, found], ['fail', 'the chain is broken at fact 4 of 9'])
})

test('a key that others read is one too many, one that a group reads may be meant', () => {
  const line = (mode: number | null) =>
    modesLine([
      { path: '/key', mode: 0o100600 },
      { path: '/token', mode },
    ])
  assert.deepEqual(states(line(null), line(0o100600), line(0o100640), line(0o100644)), ['ok', 'ok', 'warn', 'fail'])
  assert.equal(line(0o100644).todo, 'chmod go= /token')
  assert.equal(line(0o100644).found, '/token has mode 644')
})

test('where people are sent has to be this server', () => {
  assert.deepEqual(states(addressLine('url', problem), addressLine('url', { value: false })), ['warn', 'fail'])
})

test('two clocks may differ by seconds, and which one is ahead is told', () => {
  assert.deepEqual(states(clockLine(5_000), clockLine(5_001), clockLine(-5_001)), ['ok', 'warn', 'warn'])
  assert.match(clockLine(-7_200).found, /7\.2 s behind/)
})

test('what is due for a quarter of an hour is waited for in vain', () => {
  assert.deepEqual(states(outboxLine(1, 900_000), outboxLine(1, 900_001)), ['ok', 'warn'])
})

test('no server at work in a directory is told by whether one could be', () => {
  const line = (isTaken: boolean) => holderLine({ value: null }, { address: 'here:1', isTaken })
  assert.deepEqual(states(line(false), line(true)), ['warn', 'fail'])
})

test('that no backup is taken is said; one that failed, is damaged or is too old is told with what to do', () => {
  const hour = 3_600_000
  const newest = {
    ...{ name: 'b', takenAt: 0, bytes: 1, program: '1', facts: 1, projects: 1, releases: 1, logs: null, lost: 0 },
    checked: null,
  }
  const none = { folder: '/b', everyMs: 24 * hour, keep: 7, backups: [], unreadable: [], failed: null }
  const some = { ...none, backups: [newest] }
  const at = (seen: Parameters<typeof backupLine>[0], now = hour) => backupLine(seen, now)
  assert.deepEqual(at({ value: { ...none, folder: null } }).state, 'warn')
  assert.deepEqual([at({ value: none }).state, at({ value: none }).found], ['warn', 'there is none yet'])
  assert.equal(at({ value: { ...none, everyMs: null } }).state, 'warn')
  assert.equal(at({ value: some }).found, 'the newest is from 1h ago, and it is the only one')
  assert.deepEqual([at({ value: some }).state, at({ value: some }, 48 * hour + 1).state], ['ok', 'warn'])
  assert.equal(at({ value: { ...some, everyMs: null } }, 1_000 * hour).state, 'ok')
  const failed = at({ value: { ...some, failed: { at: 5, problem: 'no space' } } })
  assert.deepEqual([failed.state, failed.found], ['fail', 'the newest is from 1h ago; the last try failed: no space'])
  const damaged = { ...some, backups: [{ ...newest, checked: { at: 1, problem: 'a bit flipped' } }] }
  assert.match(at({ value: damaged }).found, /one is damaged: a bit flipped/)
  assert.equal(at({ value: { ...some, unreadable: [{ name: 'a', problem: 'x' }] } }).state, 'fail')
  assert.equal(at({ problem: 'no such folder' }).state, 'fail')
})
