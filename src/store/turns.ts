import { type Database, text } from './database.ts'

/** When the queue of a track is to be asked again, though nothing happens until then. */
export class Turns {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  set(track: string, at: number): void {
    this.#db.run('INSERT OR REPLACE INTO turns (track, at) VALUES (?, ?)', track, at)
  }

  remove(track: string): void {
    this.#db.run('DELETE FROM turns WHERE track = ?', track)
  }

  due(at: number): readonly string[] {
    return this.#db.all('SELECT track FROM turns WHERE at <= ? ORDER BY at, track', at).map((row) => text(row, 'track'))
  }
}
