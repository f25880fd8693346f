import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** About 50 ms and 16 MB for each try, for us and for whoever guesses. */
const cost = { N: 16_384, r: 8, p: 1 }
const keyBytes = 32
const saltBytes = 16

/** `scrypt$16384$8$1$SALT$KEY`, salt and key as base64url: the password cannot be read back from it. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const key = await derive(password.normalize('NFC'), salt, keyBytes, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/** Whether it is the password that was hashed; how long that takes tells nothing of how wrong it is. */
export async function isPassword(password: string, hashed: string): Promise<boolean> {
  const found = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(hashed)
  if (found === null) return false
  const [, N, r, p, salt = '', key = ''] = found
  const wanted = Buffer.from(key, 'base64url')
  const options = { N: Number(N), r: Number(r), p: Number(p) }
  const given = await derive(password.normalize('NFC'), Buffer.from(salt, 'base64url'), wanted.length, options)
  return timingSafeEqual(given, wanted)
}
