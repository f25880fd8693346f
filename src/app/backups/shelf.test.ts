import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import test from 'node:test'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { backupName, type ServerBackup } from '../../domain/server-backup.ts'
import { openShelf, type Shelf } from './shelf.ts'

const hour = 3_600_000

/** One of a server that has nothing. */
async function addTo(shelf: Shelf, takenAt: number): Promise<ServerBackup> {
  const { digest, bytes } = await shelf.files.put(Readable.from([Buffer.from(`database ${takenAt}`)]))
  const backup: ServerBackup = {
    ...{ name: backupName(takenAt), takenAt, program: '1.0.0', schema: 1, recipient: null, logs: null },
    ...{ journal: { facts: 1, head: 'a'.repeat(64) }, database: { sha256: digest, bytes } },
    ...{ repositories: [], artifacts: [], lostArtifacts: [] },
  }
  await shelf.add(backup)
  return backup
}

async function namesOn(shelf: Shelf): Promise<readonly string[]> {
  return (await shelf.list()).map(({ name }) => name)
}

test('one from a time that has yet to come is no newer than the one taken now, which stays', async () => {
  await using dir = await tempDir()
  const shelf = openShelf(dir.path)
  const now = Date.now()
  const [ahead, before, taken] = [
    await addTo(shelf, now + 1_000 * hour),
    await addTo(shelf, now - hour),
    await addTo(shelf, now),
  ]
  assert.deepEqual(await namesOn(shelf), [taken.name, before.name, ahead.name])
  await shelf.tidy(1, taken.takenAt)
  assert.deepEqual(await namesOn(shelf), [taken.name])
})

test('a note that cannot be read counts as damage until it is written anew', async () => {
  await using dir = await tempDir()
  const shelf = openShelf(dir.path)
  const { name, database } = await addTo(shelf, Date.now())
  const note = join(dir.path, `${name}.checked`)
  for (const text of ['', '{"at":12', '"x"', 'null', '{"at":"now","problem":null}']) {
    await writeFile(note, text)
    assert.match((await shelf.list())[0]?.checked?.problem ?? '', /cannot be read/, text)
    const has = await shelf.look()
    assert.ok(await has(database))
  }
  await shelf.setChecked(name, { at: 5, problem: null })
  assert.deepEqual((await shelf.list())[0]?.checked, { at: 5, problem: null })
  await rm(note)
  await mkdir(note)
  assert.match((await shelf.list())[0]?.checked?.problem ?? '', /cannot be read/)
})

test('a manifest that the disk does not give is one that cannot be read, and the others are told', async () => {
  await using dir = await tempDir()
  const shelf = openShelf(dir.path)
  const { name } = await addTo(shelf, Date.now())
  const broken = backupName(Date.now() - hour)
  await mkdir(join(dir.path, `${broken}.json`))
  assert.deepEqual(
    (await shelf.list()).map((each) => [each.name, each.backup === null, each.problem === null]),
    [
      [name, false, true],
      [broken, true, false],
    ],
  )
  await assert.rejects(shelf.read(broken), { code: 'server_backup.damaged' })
})
