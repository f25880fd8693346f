import type { Store } from '../../store/store.ts'

/** The newest fact of each project, kept for all who watch: what was recorded since is read once, and what was before is taken to be of all. */
export class Newest {
  readonly #facts: Store['facts']
  readonly #byProject = new Map<string | null, number>()
  readonly #first: number
  #seq: number

  constructor({ facts }: Pick<Store, 'facts'>) {
    this.#facts = facts
    this.#first = facts.head().seq
    this.#seq = this.#first
  }

  /** Of these projects, or with null of all. A page from before this was made, by a server that has ended, so learns that it is old. */
  of(projects: readonly string[] | null): number {
    for (const { seq, project } of this.#facts.projectsAfter(this.#seq)) {
      this.#byProject.set(project, seq)
      this.#seq = seq
    }
    if (projects === null) return this.#seq
    return Math.max(this.#first, ...projects.map((project) => this.#byProject.get(project) ?? 0))
  }
}
