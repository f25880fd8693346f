import { setTimeout as delay } from 'node:timers/promises'

/** Waits until `look` gives something other than false, null or undefined, and gives that. Fails with `what` after the limit. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const end = performance.now() + limitMs
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    const found = await look()
    if (found !== false && found !== null && found !== undefined) return found as Exclude<T, false | null | undefined>
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await delay(pause)
  }
}
