import assert from 'node:assert/strict'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { openSecretBox } from './secrets.ts'

const place = { environment: 'production', name: 'DATABASE_URL', version: 3 }

test('a secret comes back for its own place, after a restart too', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'key.txt')
  const text = await (await openSecretBox(path)).encrypt('pässword\n✓', place)
  assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----/)
  assert.equal(await (await openSecretBox(path)).decrypt(text, place), 'pässword\n✓')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('a ciphertext moved to another environment, name or version does not open', async () => {
  await using dir = await tempDir()
  const box = await openSecretBox(join(dir.path, 'key.txt'))
  const text = await box.encrypt('value', place)
  for (const other of [{ environment: 'staging' }, { name: 'OTHER' }, { version: 4 }]) {
    await assert.rejects(box.decrypt(text, { ...place, ...other }), { code: 'secret.misplaced' })
  }
})

test('another key and damaged text are told apart from bugs', async () => {
  await using dir = await tempDir()
  const box = await openSecretBox(join(dir.path, 'one.txt'))
  const other = await openSecretBox(join(dir.path, 'two.txt'))
  const text = await box.encrypt('value', place)
  await assert.rejects(other.decrypt(text, place), { code: 'secret.unreadable' })
  await assert.rejects(box.decrypt(text.replace(/.{4}\n-----END/, 'AAAA\n-----END'), place), {
    code: 'secret.unreadable',
  })
  await assert.rejects(box.decrypt('', place), { code: 'secret.unreadable' })
})

test('a key file that others can read is refused', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'key.txt')
  await openSecretBox(path)
  await chmod(path, 0o640)
  await assert.rejects(openSecretBox(path), { code: 'secret.key_exposed', message: /mode 0640/ })
})

test('a damaged key file is refused and left as it is', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'key.txt')
  await writeFile(path, '', { mode: 0o600 })
  await assert.rejects(openSecretBox(path), { code: 'secret.key_damaged' })
  assert.equal(await readFile(path, 'utf8'), '')
})

test('two first starts at once agree on one key', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'key.txt')
  const boxes = await Promise.all(Array.from({ length: 8 }, () => openSecretBox(path)))
  assert.equal(new Set(boxes.map((box) => box.recipient)).size, 1)
})

test('two installations share no key', async () => {
  await using dir = await tempDir()
  const one = await openSecretBox(join(dir.path, 'one.txt'))
  const two = await openSecretBox(join(dir.path, 'two.txt'))
  assert.notEqual(one.recipient, two.recipient)
})
