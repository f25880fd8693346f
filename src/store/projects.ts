import { type Database, integer, type Row, text, textOrNull } from './database.ts'

/** One git repository with one signalbox.yml. */
export interface Project {
  readonly name: string
  /** Where it was first fetched from, if it was. */
  readonly origin: string | null
  readonly createdAt: number
  readonly createdBy: string
}

export class Projects {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add({ name, origin, createdAt, createdBy }: Project): void {
    this.#db.run(
      'INSERT INTO projects (name, origin, created_at, created_by) VALUES (?, ?, ?, ?)',
      name,
      origin,
      createdAt,
      createdBy,
    )
  }

  get(name: string): Project | null {
    const row = this.#db.get('SELECT * FROM projects WHERE name = ?', name)
    return row === null ? null : toProject(row)
  }

  list(): readonly Project[] {
    return this.#db.all('SELECT * FROM projects ORDER BY name').map(toProject)
  }

  remove(name: string): void {
    this.#db.run('DELETE FROM projects WHERE name = ?', name)
  }

  /** The refs as last accepted: full name → full SHA. */
  refs(project: string): ReadonlyMap<string, string> {
    const rows = this.#db.all('SELECT ref, sha FROM refs WHERE project = ? ORDER BY ref', project)
    return new Map(rows.map((row) => [text(row, 'ref'), text(row, 'sha')]))
  }

  setRef(project: string, ref: string, sha: string | null): void {
    if (sha === null) this.#db.run('DELETE FROM refs WHERE project = ? AND ref = ?', project, ref)
    else
      this.#db.run(
        'INSERT INTO refs (project, ref, sha) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET sha = ?3',
        project,
        ref,
        sha,
      )
  }
}

function toProject(row: Row): Project {
  return {
    name: text(row, 'name'),
    origin: textOrNull(row, 'origin'),
    createdAt: integer(row, 'created_at'),
    createdBy: text(row, 'created_by'),
  }
}
