import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import type { Failures } from '../../store/tries.ts'
import { hashPassword, isPassword } from '../../system/passwords.ts'

/** So many failures are free; each one after that doubles the wait for the next try. */
const FREE = { account: 5, address: 50 }
const LONGEST_WAIT_MS = 5 * 60_000

export interface Showing {
  readonly name: string
  readonly password: string
}

/** The answer is the same, and takes as long, for a name nobody has. Faults `sign_in.refused`, `sign_in.too_often`. */
export async function mustKnowPassword(
  store: Store,
  { name, password }: Showing,
  address: string | null,
  now: () => number,
): Promise<void> {
  const tried = triedBy(name, address)
  // Counted as failed before it is looked at: a thousand at once get no further than a thousand in a row.
  store.db.transaction(() => {
    for (const { of, free } of tried) mustNotWait(store.tries.get(of), free, now())
    for (const { of } of tried) store.tries.failed(of, now())
  })
  const account = store.accounts.get(name)
  const hashed = account === null || account.disabledAt !== null ? null : store.accounts.password(name)
  const isRight = await isPassword(password, hashed ?? (await nobodys()))
  if (!isRight || hashed === null) throw new Fault('sign_in.refused')
  store.db.transaction(() => {
    for (const { of } of tried) store.tries.succeeded(of)
  })
}

/** Behind a proxy on this machine everybody has its address: there it says nothing about anybody. */
function triedBy(name: string, address: string | null) {
  const isTold = address !== null && !/^(::ffff:)?127\.|^::1$/.test(address)
  return [
    { of: `account:${name.slice(0, 64)}`, free: FREE.account },
    ...(isTold ? [{ of: `address:${address}`, free: FREE.address }] : []),
  ]
}

function mustNotWait(before: Failures | null, free: number, now: number): void {
  if (before === null || before.failures < free) return
  const waitMs = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(20, before.failures - free))
  const leftMs = before.lastAt + waitMs - now
  if (leftMs > 0) throw new Fault('sign_in.too_often', { details: { seconds: Math.ceil(leftMs / 1000) } })
}

let ofNobody: Promise<string> | null = null

/** Looked at for a name that nobody has, so that it takes as long. */
function nobodys(): Promise<string> {
  ofNobody ??= hashPassword('nobody knows this')
  return ofNobody
}
