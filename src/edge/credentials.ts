import { sha256 } from '../lib/hash.ts'
import { hashPassword, isPassword } from '../system/passwords.ts'
import type { DoorUser } from './protocol.ts'

/** What was found out about a name and a password is kept of so many pairs, right and wrong ones. */
const mostKnown = 2_000
/** Passwords looked at together: each takes a core for a moment, and visitors need those too. */
const mostAtOnce = 2
const mostWaiting = 50

/** `later` settles when the answer is known; `busy`: too many are being looked at already. */
export type Judgement = 'right' | 'wrong' | 'busy' | { readonly later: Promise<void> }

/**
 * Looks at names and passwords. Looking costs time on purpose, so it happens once for each pair, off the main thread,
 * and the answer is kept under a hash of both and of what they were compared with: another password of the user is
 * another question.
 */
export class Credentials {
  readonly #known = new Map<string, boolean>()
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  /** For names nobody has, so that they take as long as others. */
  #nobody: Promise<string> | null = null

  judge(
    users: readonly DoorUser[],
    { name, password }: { readonly name: string; readonly password: string },
  ): Judgement {
    const user = users.find((one) => one.name === name)
    const key = sha256(JSON.stringify([user?.hash ?? '', name, password]))
    const known = this.#known.get(key)
    if (known !== undefined) return known ? 'right' : 'wrong'
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return { later: underWay }
    if (this.#waiting.length >= mostWaiting) return 'busy'
    const looking = this.#look(key, user?.hash ?? null, password).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, looking)
    return { later: looking }
  }

  async #look(key: string, hash: string | null, password: string): Promise<void> {
    if (this.#running >= mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running++
    try {
      this.#nobody ??= hashPassword('')
      const isRight = await isPassword(password, hash ?? (await this.#nobody))
      this.#keep(key, isRight && hash !== null)
    } finally {
      this.#running--
      this.#waiting.shift()?.()
    }
  }

  #keep(key: string, isRight: boolean): void {
    this.#known.set(key, isRight)
    if (this.#known.size <= mostKnown) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      return
    }
  }
}
