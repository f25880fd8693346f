import type { Door, DoorUser, Maintenance } from '../domain/door.ts'
import { type Database, integer, integerOrNull, type Row, text, textOrNull } from './database.ts'

export class Doors {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Of an environment about which nobody has decided anything: version 0. */
  get(project: string, environment: string): Door {
    const row = this.#db.get('SELECT * FROM doors WHERE project = ? AND environment = ?', project, environment)
    const users = this.#db
      .all('SELECT * FROM door_users WHERE project = ? AND environment = ? ORDER BY name', project, environment)
      .map(toUser)
    return { version: row === null ? 0 : integer(row, 'version'), users, maintenance: row && toMaintenance(row) }
  }

  /** Environments that show visitors the maintenance page. */
  closed(): readonly { readonly project: string; readonly environment: string; readonly maintenance: Maintenance }[] {
    const sql = 'SELECT * FROM doors WHERE maintenance_message IS NOT NULL'
    return this.#db.all(sql).flatMap((row) => {
      const maintenance = toMaintenance(row)
      if (maintenance === null) return []
      return [{ project: text(row, 'project'), environment: text(row, 'environment'), maintenance }]
    })
  }

  /** True when the name is new. */
  setUser(project: string, environment: string, { name, hash, by, at }: DoorUser): boolean {
    const isKnown = this.get(project, environment).users.some((user) => user.name === name)
    this.#db.run(
      'INSERT OR REPLACE INTO door_users (project, environment, name, hash, person, at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[project, environment, name, hash, by, at],
    )
    this.#changed(project, environment, at)
    return !isKnown
  }

  /** False when there was none. */
  removeUser(project: string, environment: string, { name, at }: Pick<DoorUser, 'name' | 'at'>): boolean {
    const sql = 'DELETE FROM door_users WHERE project = ? AND environment = ? AND name = ?'
    if (this.#db.run(sql, project, environment, name) === 0) return false
    this.#changed(project, environment, at)
    return true
  }

  setMaintenance(project: string, environment: string, maintenance: Maintenance | null, at: number): void {
    this.#changed(project, environment, at)
    const { message = null, since = null, by = null } = maintenance ?? {}
    this.#db.run(
      'UPDATE doors SET maintenance_message = ?, maintenance_since = ?, maintenance_by = ? WHERE project = ? AND environment = ?',
      ...[message, since, by, project, environment],
    )
  }

  /** By the clock, so that it rises also over a restored backup, from which later changes are missing. */
  #changed(project: string, environment: string, at: number): void {
    this.#db.run(
      `INSERT INTO doors (project, environment, version) VALUES (?1, ?2, ?3)
       ON CONFLICT DO UPDATE SET version = MAX(version + 1, ?3)`,
      project,
      environment,
      at,
    )
  }
}

function toUser(row: Row): DoorUser {
  return { name: text(row, 'name'), hash: text(row, 'hash'), by: text(row, 'person'), at: integer(row, 'at') }
}

function toMaintenance(row: Row): Maintenance | null {
  const message = textOrNull(row, 'maintenance_message')
  if (message === null) return null
  return {
    message,
    since: integerOrNull(row, 'maintenance_since') ?? 0,
    by: textOrNull(row, 'maintenance_by') ?? '',
  }
}
