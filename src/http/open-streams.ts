/** How many viewers are shown something that goes on. */
export class OpenStreams {
  #count = 0

  get count(): number {
    return this.#count
  }

  async during(work: () => Promise<void>): Promise<void> {
    this.#count += 1
    try {
      await work()
    } finally {
      this.#count -= 1
    }
  }
}
