import { Fault } from '../../lib/fault.ts'
import type { Store } from '../../store/store.ts'
import type { Failures } from '../../store/tries.ts'
import { hashPassword, isPassword } from '../../system/passwords.ts'

/** So many failures are free; each one after that doubles the wait for the next try. */
const FREE = { account: 5, address: 50 }
const LONGEST_WAIT_MS = 5 * 60_000
/** After so long without one, failures begin anew. */
const FORGOTTEN_MS = 86_400_000

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
  const tried = countTries(store, triedBy(name, address), now())
  const account = store.accounts.get(name)
  const hashed = account === null || account.disabledAt !== null ? null : store.accounts.password(name)
  const isRight = await isPassword(password, hashed ?? (await nobodys()))
  if (!isRight || hashed === null) throw new Fault('sign_in.refused')
  store.db.transaction(() => {
    store.tries.succeeded(`account:${name}`)
    // Or whoever has an account could try those of others for ever, signing in now and then.
    for (const { of, at, before } of tried) store.tries.undo(of, at, before)
  })
}

/** Counted as failed before they are looked at: a thousand at once get no further than a thousand in a row. Fault `sign_in.too_often`. */
function countTries(store: Store, tried: ReturnType<typeof triedBy>, at: number) {
  return store.db.transaction(() => {
    const counted = tried.map(({ of, free }) => ({ of, free, at, before: store.tries.get(of) }))
    for (const { before, free } of counted) mustNotWait(before, free, at)
    for (const { of } of counted) store.tries.failed(of, at, at - FORGOTTEN_MS)
    return counted
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
