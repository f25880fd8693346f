import type { Relation } from '../domain/ancestry.ts'
import { type Database, text } from './database.ts'

/** Two commits of a project: how the first stands to the second. */
export interface CommitPair {
  readonly project: string
  readonly commit: string
  readonly other: string
}

export class Relations {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Null when nobody has looked yet. */
  get({ project, commit, other }: CommitPair): Relation | null {
    if (commit === other) return 'same'
    const sql = 'SELECT relation FROM relations WHERE project = ? AND commit_sha = ? AND other_sha = ?'
    const row = this.#db.get(sql, project, commit, other)
    return row === null ? null : (text(row, 'relation') as Relation)
  }

  set({ project, commit, other }: CommitPair, relation: Relation): void {
    const sql = 'INSERT OR REPLACE INTO relations (project, commit_sha, other_sha, relation) VALUES (?, ?, ?, ?)'
    this.#db.run(sql, project, commit, other, relation)
  }
}
