/** One who waits until there is something to see. */
interface Waiter {
  /** Whether its waiting is over. */
  readonly look: () => boolean
}

/**
 * Waiting without polling: whoever waits is looked after whenever something has changed. In the order in which they
 * began to wait.
 */
export class Waiting {
  readonly #waiters = new Set<Waiter>()

  /** Resolves with the first value that `look` gives other than undefined; rejects with what it throws. */
  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiter = { look: () => settle(look, resolve, reject) }
      if (!waiter.look()) this.#waiters.add(waiter)
    })
  }

  changed(): void {
    for (const waiter of this.#waiters) if (waiter.look()) this.#waiters.delete(waiter)
  }
}

function settle<T>(look: () => T | undefined, resolve: (value: T) => void, reject: (reason: unknown) => void): boolean {
  try {
    const value = look()
    if (value === undefined) return false
    resolve(value)
  } catch (error) {
    reject(error)
  }
  return true
}

/** The promise, or the signal's reason when that comes first. What the promise stands for goes on. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    const settled = () => signal.removeEventListener('abort', abort)
    promise.finally(settled).then(resolve, reject)
  })
}
