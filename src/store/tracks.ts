import type { Live, Track } from '../domain/track.ts'
import { trackId } from '../domain/track.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'

/** What the target told when it was last asked; null until then. */
export type StoredObservation = Readonly<Record<string, unknown>>

export class Tracks {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Makes the track known; keeps it as it is when it is known already. */
  ensure(project: string, app: string, environment: string): Track {
    const id = trackId(project, app, environment)
    this.#db.run(
      'INSERT OR IGNORE INTO tracks (id, project, app, environment) VALUES (?, ?, ?, ?)',
      id,
      project,
      app,
      environment,
    )
    return this.get(id) as Track
  }

  get(id: string): Track | null {
    const row = this.#db.get('SELECT * FROM tracks WHERE id = ?', id)
    return row === null ? null : toTrack(row)
  }

  list(project: string | null): readonly Track[] {
    return this.#db.all('SELECT * FROM tracks WHERE ?1 IS NULL OR project = ?1 ORDER BY id', project).map(toTrack)
  }

  setLive(id: string, live: Live): void {
    this.#db.run('UPDATE tracks SET live = ? WHERE id = ?', JSON.stringify(live), id)
  }

  scale(id: string): Readonly<Record<string, number>> {
    const row = this.#db.get('SELECT scale FROM tracks WHERE id = ?', id)
    return row === null ? {} : json(row, 'scale')
  }

  setScale(id: string, scale: Readonly<Record<string, number>>): void {
    this.#db.run('UPDATE tracks SET scale = ? WHERE id = ?', JSON.stringify(scale), id)
  }

  observed(id: string): StoredObservation | null {
    const row = this.#db.get('SELECT observed FROM tracks WHERE id = ? AND observed IS NOT NULL', id)
    return row === null ? null : json(row, 'observed')
  }

  setObserved(id: string, observation: StoredObservation): void {
    this.#db.run('UPDATE tracks SET observed = ? WHERE id = ?', JSON.stringify(observation), id)
  }

  /** Tracks that were last looked at before `since`, the longest ago first, and no more than so many. */
  unchecked(since: number, limit: number): readonly Track[] {
    const sql = 'SELECT * FROM tracks WHERE checked_at <= ? ORDER BY checked_at, id LIMIT ?'
    return this.#db.all(sql, since, limit).map(toTrack)
  }

  /** What the last look found amiss, in words; null when all was as it should be. */
  finding(id: string): string | null {
    const row = this.#db.get('SELECT finding FROM tracks WHERE id = ?', id)
    return row === null ? null : textOrNull(row, 'finding')
  }

  /** When a look found it well again; 0 = no look has found anything amiss yet. */
  wellSince(id: string): number {
    const row = this.#db.get('SELECT well_since FROM tracks WHERE id = ?', id)
    return row === null ? 0 : integer(row, 'well_since')
  }

  setChecked(id: string, at: number, finding: string | null): void {
    const since = finding === null && this.finding(id) !== null ? at : this.wellSince(id)
    const sql = 'UPDATE tracks SET checked_at = ?, finding = ?, well_since = ? WHERE id = ?'
    this.#db.run(sql, at, finding, since, id)
  }

  /** From here on nobody knows what runs on any of them, until it has been looked. */
  doubtAll(): void {
    this.#db.run('UPDATE tracks SET unsure = 1')
  }

  isUnsure(id: string): boolean {
    return this.#db.get('SELECT 1 FROM tracks WHERE id = ? AND unsure = 1', id) !== null
  }

  setSure(id: string): void {
    this.#db.run('UPDATE tracks SET unsure = 0 WHERE id = ?', id)
  }

  /** Makes a look at every track due: after a start nothing is known of the targets. */
  forgetChecks(): void {
    this.#db.run('UPDATE tracks SET checked_at = 0')
  }
}

function toTrack(row: Row): Track {
  const live = textOrNull(row, 'live')
  return {
    id: text(row, 'id'),
    project: text(row, 'project'),
    app: text(row, 'app'),
    environment: text(row, 'environment'),
    live: live === null ? null : (JSON.parse(live) as Live),
  }
}
