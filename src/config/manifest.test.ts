import assert from 'node:assert/strict'
import test from 'node:test'
import type { ServerBackup } from '../domain/server-backup.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { sha256 } from '../lib/hash.ts'
import { readManifest, writeManifest } from './manifest.ts'

const file = { sha256: 'a'.repeat(64), bytes: 7 }
const backup: ServerBackup = {
  ...{ name: '2026-11-26T16-45-43.123Z', takenAt: 5, program: '1.2.3', schema: 9, recipient: 'age1abc' },
  ...{ journal: { facts: 3, head: 'b'.repeat(64) }, database: file, artifacts: [file], lostArtifacts: [] },
  repositories: [{ project: 'shop', head: 'refs/heads/main', refs: 'c'.repeat(64), bundle: null }],
  logs: [{ ...file, path: 'r1/test.log', modifiedAt: 1.5 }],
}

/** As somebody would write it who knows how the seal is made. */
function sealed(changed: unknown, format = 1): string {
  return JSON.stringify({ format, seal: sha256(canonicalJson(changed)), backup: changed })
}

test('a manifest comes back as it was written', () => {
  assert.deepEqual(readManifest(writeManifest(backup)), { backup })
  assert.deepEqual(readManifest(writeManifest({ ...backup, logs: null, recipient: null })), {
    backup: { ...backup, logs: null, recipient: null },
  })
})

test('with any one character of what it says changed, or the end cut off, it is no manifest', () => {
  const text = writeManifest(backup)
  for (let at = 0; at < text.length; at += 1) {
    const other = text[at] === '1' ? '2' : '1'
    const changed = text.slice(0, at) + other + text.slice(at + 1)
    // Space between words is not part of what it says.
    if (/\s/.test(text[at] ?? '')) continue
    assert.ok('problem' in readManifest(changed), changed)
    assert.ok('problem' in readManifest(text.slice(0, at)))
  }
})

test('what is no manifest is said to be none', () => {
  for (const text of [
    '',
    '{',
    '[]',
    'null',
    '{"format": 1}',
    'PK\u0003\u0004',
    '{"format":1,"seal":"x","backup":{}}',
  ]) {
    assert.deepEqual(readManifest(text), { problem: 'it is not the manifest of a backup', isNewer: false })
  }
})

test('one that a newer program wrote is told apart', () => {
  const found = readManifest(sealed({ anything: true }, 2))
  assert.deepEqual(found, { problem: 'its format is 2, this program knows 1', isNewer: true })
})

test('no name in it leads anywhere else, whoever wrote it', () => {
  const log = (path: string) => ({ ...backup, logs: [{ ...file, path, modifiedAt: 1 }] })
  const paths = ['../x', '/etc/passwd', 'a/../../x', 'a//b', 'a/./b', '', '.', '..', 'a\0b', 'a\nb', '.ssh/keys', 'a/']
  const repositories = (changed: object) => ({ ...backup, repositories: [{ ...backup.repositories[0], ...changed }] })
  const hostile = [
    ...paths.map(log),
    ...['../x', 'a/b', '', '.git', 'Shop'].map((project) => repositories({ project })),
    ...['main', 'refs/heads/-x', 'refs/heads/a b', '--upload-pack=x'].map((head) => repositories({ head })),
    { ...backup, name: '../x' },
    { ...backup, artifacts: [{ ...file, sha256: '../x' }] },
    { ...backup, database: { ...file, bytes: -1 } },
    { ...backup, more: 1 },
  ]
  for (const each of hostile) assert.ok('problem' in readManifest(sealed(each)), JSON.stringify(each))
  assert.ok('backup' in readManifest(sealed(log('r1/test.log'))))
})
