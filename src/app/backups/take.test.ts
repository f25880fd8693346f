import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { gitBundles } from '../../sources/git/bundling.ts'
import { openDatabase } from '../../store/database.ts'
import { dataPaths } from '../data-directory.ts'
import { openShelf } from './shelf.ts'
import { takeBackup } from './take.ts'

test('a log that is thrown away while a backup is taken is not in it, and the backup is whole', async () => {
  await using dir = await tempDir()
  const data = dataPaths(join(dir.path, 'data'))
  await mkdir(join(data.jobLogs, 'r1'), { recursive: true })
  openDatabase(data.database).close()
  for (const name of ['a', 'b', 'c']) await writeFile(join(data.jobLogs, 'r1', `${name}.log`), name)
  const shelf = openShelf(join(dir.path, 'backups'))
  const { put } = shelf.files
  const putting: typeof put = async (content) => {
    const stored = await put(content)
    await rm(join(data.jobLogs, 'r1', 'b.log'), { force: true })
    return stored
  }
  const { signal } = new AbortController()
  const backup = await takeBackup({
    ...{ data, signal, shelf: { ...shelf, files: { ...shelf.files, put: putting } } },
    bundles: gitBundles({ reposDir: data.repositories, env: {}, signal }),
    ...{ program: '1.0.0', recipient: null, withLogs: true, now: Date.now() },
  })
  assert.deepEqual(
    backup.logs?.map(({ path }) => path),
    ['r1/a.log', 'r1/c.log'],
  )
})
