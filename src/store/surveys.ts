import type { SurveyRun } from '../domain/survey-run.ts'
import { type Database, integer, json, type Row } from './database.ts'

/** Looks for pending migrations, and what has been applied. */
export class Surveys {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(survey: Omit<SurveyRun, 'id'>): SurveyRun {
    const number = this.#db.insert(
      'INSERT INTO surveys (project, track, release, state, created_at, survey) VALUES (?, ?, ?, ?, ?, ?)',
      ...[survey.project, survey.track, survey.release.id, survey.state, survey.createdAt, JSON.stringify(survey)],
    )
    return { ...survey, id: `s${number}` }
  }

  save(survey: SurveyRun): void {
    const sql = 'UPDATE surveys SET state = ?, survey = ? WHERE number = ?'
    this.#db.run(sql, survey.state, JSON.stringify(survey), Number(survey.id.slice(1)))
  }

  get(id: string): SurveyRun | null {
    const row = /^s\d+$/.test(id)
      ? this.#db.get('SELECT number, survey FROM surveys WHERE number = ?', Number(id.slice(1)))
      : null
    return row === null ? null : toSurvey(row)
  }

  /** The newest that has an answer. */
  newest(track: string, release: string): SurveyRun | null {
    const row = this.#db.get(
      "SELECT number, survey FROM surveys WHERE track = ? AND release = ? AND state = 'finished' ORDER BY number DESC LIMIT 1",
      ...[track, release],
    )
    return row === null ? null : toSurvey(row)
  }

  /** Those of a track that have no answer yet, oldest first. */
  waiting(track: string): readonly SurveyRun[] {
    const sql = "SELECT number, survey FROM surveys WHERE track = ? AND state = 'waiting' ORDER BY number"
    return this.#db.all(sql, track).map(toSurvey)
  }

  /** What a deployment has, or may have, done to the database. */
  addApplied({ deployment, project, track, names }: Applied, at: number): void {
    const sql =
      'INSERT OR REPLACE INTO applied_migrations (deployment, project, track, at, names) VALUES (?, ?, ?, ?, ?)'
    this.#db.run(sql, numberOf(deployment), project, track, at, JSON.stringify(names))
  }

  /** When the database of a track last changed by a deployment; 0 = never. */
  appliedAt(track: string): number {
    const row = this.#db.get('SELECT COALESCE(MAX(at), 0) AS at FROM applied_migrations WHERE track = ?', track)
    return row === null ? 0 : integer(row, 'at')
  }

  /** What was applied on a track since a release last succeeded there; nothing for one that never did. Oldest first. */
  appliedSince(track: string, release: string): readonly string[] {
    const rows = this.#db.all(
      `SELECT names FROM applied_migrations WHERE track = ?1 AND deployment > (
         SELECT MAX(number) FROM deployments
         WHERE track = ?1 AND release = ?2 AND outcome = 'succeeded' AND reason <> 'migrate')
       ORDER BY deployment`,
      ...[track, release],
    )
    return [...new Set(rows.flatMap((row) => json<readonly string[]>(row, 'names')))]
  }
}

export interface Applied {
  readonly deployment: string
  readonly project: string
  readonly track: string
  readonly names: readonly string[]
}

function toSurvey(row: Row): SurveyRun {
  return { ...json<Omit<SurveyRun, 'id'>>(row, 'survey'), id: `s${integer(row, 'number')}` }
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
