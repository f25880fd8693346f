import { type Database, integer, type Row, text, textOrNull } from './database.ts'

/** A variable as stored: a secret's value is sealed and only opened when an instance or a job is started. */
export interface StoredVariable {
  readonly name: string
  readonly value: string
  readonly secret: boolean
  readonly version: number
  readonly by: string
  readonly at: number
}

export interface VariableChange {
  readonly name: string
  /** Null unsets it. */
  readonly value: string | null
  readonly secret: boolean
}

/** The environment name under which a project's secrets for checks and builds stand. */
export const checksScope = 'checks'

export class Variables {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest version; 0 when nothing was ever set. */
  version(project: string, environment: string): number {
    const row = this.#db.get(
      'SELECT MAX(version) AS v FROM variables WHERE project = ? AND environment = ?',
      project,
      environment,
    )
    return row === null || row.v === null ? 0 : integer(row, 'v')
  }

  /** All changes under one new version, which is returned. */
  change(
    scope: { project: string; environment: string },
    changes: readonly VariableChange[],
    who: { by: string; at: number },
  ): number {
    const version = this.version(scope.project, scope.environment) + 1
    for (const { name, value, secret } of changes) {
      this.#db.run(
        'INSERT INTO variables (project, environment, version, name, value, secret, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[scope.project, scope.environment, version, name, value, secret ? 1 : 0, who.by, who.at],
      )
    }
    return version
  }

  /** What was set as of a version, by name. */
  at(project: string, environment: string, version: number): readonly StoredVariable[] {
    const rows = this.#db.all(
      `SELECT name, value, secret, actor, at, MAX(version) AS version FROM variables
       WHERE project = ? AND environment = ? AND version <= ? GROUP BY name HAVING value IS NOT NULL ORDER BY name`,
      ...[project, environment, version],
    )
    return rows.map(toVariable)
  }
}

function toVariable(row: Row): StoredVariable {
  return {
    name: text(row, 'name'),
    value: textOrNull(row, 'value') ?? '',
    secret: integer(row, 'secret') === 1,
    version: integer(row, 'version'),
    by: text(row, 'actor'),
    at: integer(row, 'at'),
  }
}
