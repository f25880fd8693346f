import type { ProjectSpec } from '../../../../src/domain/spec.ts'
import type { ParsedSpec } from '../../../../src/engine/parts.ts'
import { Fault } from '../../../../src/lib/fault.ts'
import type { Commit, LogEntry, Source } from '../../../../src/sources/source.ts'
import type { Behaviour } from '../../../../src/targets/model/options.ts'
import { hashOf } from '../../kit/random.ts'
import { type Shape, specOf } from './shape.ts'

/** A commit with everything that will become of it. */
export interface ModelCommit extends Commit {
  /** Path → version of its content. */
  readonly tree: Readonly<Record<string, number>>
  /** What signalbox.yml says; null = it is not valid. */
  readonly shape: Shape | null
  /** How the releases built from it behave. */
  readonly behaviour: Partial<Behaviour>
}

export type NewCommit = Pick<ModelCommit, 'tree' | 'shape' | 'behaviour' | 'title'>

/** The repositories of all projects, as the git host has them. */
export class Git {
  readonly #commits = new Map<string, ModelCommit>()
  readonly #refs = new Map<string, Map<string, string>>()
  readonly #specs = new Map<string, ProjectSpec>()
  readonly #specsOf = new Map<string, ProjectSpec | null>()
  #made = 0

  refs(project: string): Map<string, string> {
    const known = this.#refs.get(project) ?? new Map<string, string>()
    this.#refs.set(project, known)
    return known
  }

  /** Makes a commit on top of another; the ref moves with `move`. */
  commit(project: string, parent: string | null, made: NewCommit): ModelCommit {
    this.#made += 1
    const hex = (text: string) => hashOf(`${project}/${this.#made}/${text}`).toString(16).padStart(8, '0')
    const sha = ['a', 'b', 'c', 'd', 'e'].map(hex).join('')
    const parents = parent === null ? [] : [parent]
    const commit = { ...made, sha, parents, author: 'ada', committedAt: 1_700_000_000_000 + this.#made * 1000 }
    this.#commits.set(sha, commit)
    return commit
  }

  move(project: string, ref: string, sha: string | null): void {
    if (sha === null) this.refs(project).delete(ref)
    else this.refs(project).set(ref, sha)
  }

  find(sha: string): ModelCommit | null {
    return this.#commits.get(sha) ?? null
  }

  spec(sha: string): ProjectSpec | null {
    const known = this.#specsOf.get(sha)
    if (known !== undefined) return known
    const shape = this.find(sha)?.shape ?? null
    const spec = shape === null ? null : this.parse(JSON.stringify(shape)).spec
    this.#specsOf.set(sha, spec)
    return spec
  }

  /** The text of a signalbox.yml is its shape; the same text gives the same value. */
  parse(text: string): ParsedSpec {
    if (text === 'broken') return { spec: null, problems: ['signalbox.yml:1:1: broken'] }
    const spec = this.#specs.get(text) ?? specOf(JSON.parse(text) as Shape)
    this.#specs.set(text, spec)
    return { spec, problems: [] }
  }

  changedPaths(from: string | null, to: string): readonly string[] {
    const [before, after] = [from === null ? {} : this.#must(from).tree, this.#must(to).tree]
    const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return paths.filter((path) => before[path] !== after[path])
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    for (let at: string | undefined = descendant; at !== undefined; at = this.find(at)?.parents[0])
      if (at === ancestor) return true
    return false
  }

  /** As everyone sees it; each call is answered at once. */
  source(): Source {
    return {
      refs: async (project) => new Map([...this.refs(project)].sort()),
      commit: async (_project, sha) => this.#must(sha),
      file: async (_project, sha, path) => (path === 'signalbox.yml' ? textOf(this.#must(sha)) : null),
      changedPaths: async (_project, from, to) => this.changedPaths(from, to),
      isAncestor: async (_project, ancestor, descendant) => this.isAncestor(ancestor, descendant),
      between: async (_project, from, to, limit) => this.#log(from, to).slice(0, limit),
      log: async (_project, from, to, limit) => this.#log(from, to).slice(0, limit),
      tag: async (project, { name, commit }) => this.move(project, `refs/tags/${name}`, commit),
      commitFile: async (_project, { parent }) => parent,
      revert: async (_project, { onto }) => ({ sha: onto, isNew: false }),
      path: (project) => project,
    }
  }

  #log(from: string | null, to: string): readonly LogEntry[] {
    const entries: LogEntry[] = []
    for (let at: string | undefined = to; at !== undefined && !(from !== null && this.isAncestor(at, from)); ) {
      const commit = this.#must(at)
      entries.push({ ...commit, body: '', paths: this.changedPaths(commit.parents[0] ?? null, at) })
      at = commit.parents[0]
    }
    return entries
  }

  #must(sha: string): ModelCommit {
    const commit = this.find(sha)
    if (commit === null) throw new Fault('commit.missing', { details: { sha, project: 'this' } })
    return commit
  }
}

function textOf({ shape }: ModelCommit): string {
  return shape === null ? 'broken' : JSON.stringify(shape)
}
