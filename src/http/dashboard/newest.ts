import type { Store } from '../../store/store.ts'

/** The newest fact of each project, kept for all who watch: what was recorded since is read once. */
export class Newest {
  readonly #facts: Store['facts']
  readonly #byProject = new Map<string | null, number>()
  #seq: number

  constructor({ facts }: Pick<Store, 'facts'>) {
    this.#facts = facts
    this.#seq = facts.head().seq
  }

  /** Of these projects, or with null of all. At least as new as what this was made with, when nothing came since. */
  of(projects: readonly string[] | null): number {
    for (const { seq, project } of this.#facts.projectsAfter(this.#seq)) {
      this.#byProject.set(project, seq)
      this.#seq = seq
    }
    if (projects === null) return this.#seq
    return Math.max(0, ...projects.map((project) => this.#byProject.get(project) ?? 0))
  }
}
