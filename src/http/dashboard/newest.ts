import type { Store } from '../../store/store.ts'

/** The newest fact of each project, kept for all who watch: each is looked for once, and what was recorded since is read once. */
export class Newest {
  readonly #facts: Store['facts']
  readonly #byProject = new Map<string | null, number>()
  #seq: number

  constructor({ facts }: Pick<Store, 'facts'>) {
    this.#facts = facts
    this.#seq = facts.head().seq
  }

  /** Of these projects, or with null of all; 0 when nothing was ever recorded. */
  of(projects: readonly string[] | null): number {
    for (const { seq, project } of this.#facts.projectsAfter(this.#seq)) {
      this.#byProject.set(project, seq)
      this.#seq = seq
    }
    return projects === null ? this.#seq : Math.max(0, ...projects.map((project) => this.#ofOne(project)))
  }

  #ofOne(project: string): number {
    const known = this.#byProject.get(project)
    if (known !== undefined) return known
    const seq = this.#facts.newestOf(project)
    this.#byProject.set(project, seq)
    return seq
  }
}
