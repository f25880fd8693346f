import type { VariableType } from '../domain/variables.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'

/** A variable as stored: a secret's value is sealed and only opened when an instance or a job is started. */
export interface StoredVariable {
  readonly name: string
  readonly value: string
  readonly secret: boolean
  readonly version: number
  readonly by: string
  readonly at: number
  readonly reason: string | null
  /** The types its value is of; null when it was set by a version that did not note them. */
  readonly fits: readonly VariableType[] | null
}

/** One line of an environment's history: a value set, or taken away. */
export interface PastChange extends Omit<StoredVariable, 'value' | 'fits'> {
  /** Null when it was taken away. */
  readonly value: string | null
}

export interface VariableChange {
  readonly name: string
  /** Null unsets it. */
  readonly value: string | null
  readonly secret: boolean
  /** The types a value to be sealed is of. */
  readonly fits?: readonly VariableType[]
}

export interface Changer {
  readonly by: string
  readonly at: number
  readonly reason?: string | null
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
    { by, at, reason = null }: Changer,
  ): number {
    const version = this.version(scope.project, scope.environment) + 1
    for (const { name, value, secret, fits } of changes) {
      this.#db.run(
        'INSERT INTO variables (project, environment, version, name, value, secret, actor, at, reason, fits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[scope.project, scope.environment, version, name, value, secret ? 1 : 0, by, at, reason],
        fits === undefined ? null : JSON.stringify(fits),
      )
    }
    return version
  }

  /** What was set as of a version, by name. */
  at(project: string, environment: string, version: number): readonly StoredVariable[] {
    if (version === 0) return []
    const rows = this.#db.all(
      `SELECT name, value, secret, actor, at, reason, fits, MAX(version) AS version FROM variables
       WHERE project = ? AND environment = ? AND version <= ? GROUP BY name HAVING value IS NOT NULL ORDER BY name`,
      ...[project, environment, version],
    )
    return rows.map(toVariable)
  }

  /** Newest first; of one variable, or of all. */
  history(scope: { project: string; environment: string }, name: string | null, limit: number): readonly PastChange[] {
    const rows = this.#db.all(
      `SELECT * FROM variables WHERE project = ?1 AND environment = ?2 AND (?3 IS NULL OR name = ?3)
       ORDER BY version DESC, name LIMIT ?4`,
      ...[scope.project, scope.environment, name, limit],
    )
    return rows.map((row) => ({ ...toVariable(row), value: textOrNull(row, 'value') }))
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
    reason: textOrNull(row, 'reason'),
    fits: fitsOf(row),
  }
}

function fitsOf(row: Row): readonly VariableType[] | null {
  return textOrNull(row, 'fits') === null ? null : json(row, 'fits')
}
