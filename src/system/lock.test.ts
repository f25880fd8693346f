import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { takeLock } from './lock.ts'

test('a lock is held by one at a time, and free again when it is given back', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'lock')
  const lock = takeLock(path)
  assert.ok(lock)
  assert.equal(takeLock(path), null)
  lock.release()
  lock.release()
  takeLock(path)?.release()
})

test('a lock ends with its holder, however that ends', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'lock')
  const program = `import { takeLock } from '${join(import.meta.dirname, 'lock.ts')}'
    const lock = takeLock(process.argv[1]); console.log(lock === null ? 'no' : 'yes'); setTimeout(() => lock, 60000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program, path])
  const [said] = await once(holder.stdout, 'data')
  assert.equal(String(said).trim(), 'yes')
  assert.equal(takeLock(path), null)
  holder.kill('SIGKILL')
  const lock = await waitFor('the lock', () => takeLock(path), 2000)
  lock.release()
})
