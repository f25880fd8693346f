import assert from 'node:assert/strict'
import test from 'node:test'
import { hashPassword, isPassword } from './passwords.ts'

test('a password is known by its hash, and nothing else is', async () => {
  const hashed = await hashPassword('grün & gut')
  assert.equal(await isPassword('grün & gut', hashed), true)
  assert.equal(await isPassword('gru\u0308n & gut', hashed), true, 'the same letters, written by another keyboard')
  assert.equal(await isPassword('grün & gut ', hashed), false)
  assert.equal(await isPassword('', hashed), false)
})

test('the same password has another hash each time, and the hash does not hold it', async () => {
  const [one, other] = await Promise.all([hashPassword('hunter2'), hashPassword('hunter2')])
  assert.notEqual(one, other)
  assert.doesNotMatch(one, /hunter2/)
})

test('what is no hash lets nobody in', async () => {
  for (const broken of [
    '',
    'hunter2',
    'scrypt$16384$8$1$$',
    '$argon2id$v=19$m=999999,t=2,p=1$c2FsdHNhbHRzYWx0$a2V5a2V5a2V5a2V5a2V5',
  ]) {
    assert.equal(await isPassword('hunter2', broken), false, broken)
  }
})
