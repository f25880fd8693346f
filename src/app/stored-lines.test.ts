import assert from 'node:assert/strict'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { openDatabase } from '../store/database.ts'
import { storeOver } from '../store/store.ts'
import { nextTurn } from '../system/turn.ts'
import { storedLines, storedLinesAside } from './stored-lines.ts'

const { signal } = new AbortController()

test('a store that is in use is looked at aside: others get their turn, and it is found to be as it is', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  const store = storeOver(openDatabase(path))
  const append = () => store.facts.append({ kind: 'test.made', project: null, subject: 'x', by: 'test', data: {} }, 0)
  store.db.transaction(() => Array.from({ length: 300 }, append))
  let isOver = false
  const looking = storedLinesAside(path, signal).finally(() => {
    isOver = true
  })
  let turns = 0
  for (; !isOver; turns += 1) await nextTurn()
  assert.ok(turns > 20, `${turns} turns`)
  assert.deepEqual(await looking, storedLines(path))
  assert.deepEqual(
    (await looking).map(({ what, state }) => [what, state]),
    [
      ['database', 'ok'],
      ['journal', 'ok'],
    ],
  )
  store.db.close()
})

test('what is wrong with it is told from aside as well', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  const store = storeOver(openDatabase(path))
  store.facts.append({ kind: 'test.made', project: null, subject: 'x', by: 'test', data: {} }, 0)
  store.db.close()
  const connection = new DatabaseSync(path)
  connection.exec("DROP TRIGGER facts_stay; UPDATE facts SET actor = 'somebody'")
  connection.close()
  const broken = await storedLinesAside(path, signal)
  assert.deepEqual(broken, storedLines(path))
  assert.equal(broken[1]?.state, 'fail')
  const file = await open(path, 'r+')
  // The second page and all after it.
  await file.write(Buffer.alloc(8 * 4096, 7), 0, 8 * 4096, 4096)
  await file.close()
  const [damaged] = await storedLinesAside(path, signal)
  assert.deepEqual([damaged?.what, damaged?.state], ['database', 'fail'])
  await writeFile(path, 'this is none')
  const [none] = await storedLinesAside(path, signal)
  assert.deepEqual([none?.what, none?.state], ['database', 'fail'])
})
