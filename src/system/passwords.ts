import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2)

/** 19 MiB, twice, on one lane: the least that OWASP's password storage cheat sheet asks of argon2id; some 30 ms here. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const keyBytes = 32
const saltBytes = 16
/** Nobody makes us use more of this machine by what stands in a hash. */
const most = { memory: 1 << 17, passes: 10, parallelism: 4 }

/** In the PHC format, `$argon2id$v=19$m=19456,t=2,p=1$SALT$KEY`: the password cannot be read back from it. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(saltBytes)
  const key = await derive('argon2id', { message: password.normalize('NFC'), nonce, tagLength: keyBytes, ...cost })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(nonce)}$${base64(key)}`
}

/** Whether it is the password that was hashed; how long that takes tells nothing of how wrong it is. */
export async function isPassword(password: string, hashed: string): Promise<boolean> {
  const phc = /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,88})\$([A-Za-z0-9+/]{16,88})$/
  const found = phc.exec(hashed)
  if (found === null) return false
  const [memory, passes, parallelism] = found.slice(1, 4).map(Number) as [number, number, number]
  if (memory > most.memory || passes > most.passes || parallelism > most.parallelism) return false
  const [nonce, wanted] = found.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  const given = { message: password.normalize('NFC'), nonce, tagLength: wanted.length }
  return timingSafeEqual(await derive('argon2id', { ...given, memory, passes, parallelism }), wanted)
}

/** Without the `=` at the end, as the format has it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
