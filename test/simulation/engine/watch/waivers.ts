import type { Fact } from '../../../../src/domain/facts.ts'

/** Variables that environments may be without for a while, by people's word, as the journal tells it. */
export class Waivers {
  readonly #standing = new Set<string>()

  note({ kind, subject, data }: Fact): void {
    if (kind === 'variable.waived') this.#standing.add(`${subject} ${data.name}`)
    if (kind === 'variable.waiver_ended') this.#standing.delete(`${subject} ${data.name}`)
  }

  /** Until it is told that it has ended, whatever the time is. */
  has(place: string, name: string): boolean {
    return this.#standing.has(`${place} ${name}`)
  }
}
