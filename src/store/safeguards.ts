import type { InForce, Safeguards } from '../domain/safeguards.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'

/** What is in force in an environment, and since when. */
export interface StoredSafeguards extends InForce {
  /** The deployment that brought it; null while none has succeeded there. */
  readonly deployment: string | null
  readonly since: number
}

/** An environment keeps its line when the configuration loses it, so that bringing it back resets nothing. */
export class SafeguardsInForce {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  get(project: string, environment: string): StoredSafeguards | null {
    const row = this.#db.get('SELECT * FROM safeguards WHERE project = ? AND environment = ?', project, environment)
    return row === null ? null : toSafeguards(row)
  }

  list(project: string): readonly StoredSafeguards[] {
    return this.#db.all('SELECT * FROM safeguards WHERE project = ? ORDER BY environment', project).map(toSafeguards)
  }

  /** What other projects have in force for any of these domains, each by its project and environment: `shop/production`. */
  ofHosts(project: string, hosts: readonly string[]): readonly StoredSafeguards[] {
    return this.#db
      .all(
        `SELECT project || '/' || environment AS environment, safeguards, deployment, since FROM safeguards
         WHERE project <> ? AND EXISTS (
           SELECT 1 FROM json_each(safeguards, '$.hosts') AS guarded, json_each(?) AS asked WHERE guarded.value = asked.value)
         ORDER BY project, environment`,
        ...[project, JSON.stringify(hosts)],
      )
      .map(toSafeguards)
  }

  set(project: string, { environment, safeguards, deployment, since }: StoredSafeguards): void {
    this.#db.run(
      `INSERT INTO safeguards (project, environment, safeguards, deployment, since) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET safeguards = excluded.safeguards, deployment = excluded.deployment, since = excluded.since`,
      ...[project, environment, JSON.stringify(safeguards), deployment, since],
    )
  }

  /** False when there was nothing. */
  remove(project: string, environment: string): boolean {
    return this.#db.run('DELETE FROM safeguards WHERE project = ? AND environment = ?', project, environment) === 1
  }
}

function toSafeguards(row: Row): StoredSafeguards {
  return {
    environment: text(row, 'environment'),
    safeguards: json<Safeguards>(row, 'safeguards'),
    deployment: textOrNull(row, 'deployment'),
    since: integer(row, 'since'),
  }
}
