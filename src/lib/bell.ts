/** Rung whenever something changed; who waits looks for itself what. */
export class Bell {
  readonly #sleepers = new Set<() => void>()

  ring(): void {
    const sleepers = [...this.#sleepers]
    this.#sleepers.clear()
    for (const wake of sleepers) wake()
  }

  /** Until the next ring. Rejects with the signal's reason. */
  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onAbort = () => reject(signal.reason)
    this.#sleepers.add(resolve)
    signal.addEventListener('abort', onAbort, { once: true })
    await promise.finally(() => {
      this.#sleepers.delete(resolve)
      signal.removeEventListener('abort', onAbort)
    })
  }

  /** Until `look` gives something other than undefined; looks first, then after each ring. */
  async until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      await this.wait(signal)
    }
  }
}
