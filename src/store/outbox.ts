import { type Database, integer, integerOrNull, json, type Row, text } from './database.ts'

/** A command decided and not yet done. */
export interface OutboxRow<C> {
  readonly id: number
  /** One command of a lane is performed at a time, in order. */
  readonly lane: string
  readonly kind: string
  readonly project: string
  /** What decided it: a deployment, a run, a track. */
  readonly subject: string
  readonly command: C
  /** The rising number of this try; null before the first. */
  readonly number: number | null
  readonly dueAt: number
  /** Once it has failed for the world's sake: tried again until then, as long as it goes on failing. */
  readonly giveUpAt: number | null
  readonly tries: number
  readonly crashes: number
}

export interface OutboxEntry<C> {
  readonly lane: string
  readonly kind: string
  readonly project: string
  readonly subject: string
  readonly command: C
  readonly dueAt: number
}

export class Outbox<C> {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  add(entry: OutboxEntry<C>): number {
    return this.#db.insert(
      'INSERT INTO outbox (lane, kind, project, subject, command, due_at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[entry.lane, entry.kind, entry.project, entry.subject, JSON.stringify(entry.command), entry.dueAt],
    )
  }

  /** The head of every lane, where nobody works on it and it is due; oldest first. */
  ready(at: number): readonly OutboxRow<C>[] {
    const rows = this.#db.all(
      `SELECT * FROM outbox WHERE epoch IS NULL AND due_at <= ?
       AND id = (SELECT MIN(id) FROM outbox AS same WHERE same.lane = outbox.lane) ORDER BY id`,
      at,
    )
    return rows.map((row) => toRow<C>(row))
  }

  length(): number {
    const row = this.#db.get('SELECT COUNT(*) AS length FROM outbox')
    return row === null ? 0 : integer(row, 'length')
  }

  /** What has been due for longest, and nobody works on. */
  oldestDue(at: number): OutboxRow<C> | null {
    const sql = 'SELECT * FROM outbox WHERE epoch IS NULL AND due_at <= ? ORDER BY due_at, id LIMIT 1'
    const row = this.#db.get(sql, at)
    return row === null ? null : toRow<C>(row)
  }

  /** Claims a row for this server; the intent is durable before the effect. False when somebody was faster or it is gone. */
  claim(id: number, epoch: number, number: number): boolean {
    const sql = 'UPDATE outbox SET epoch = ?, number = ?, tries = tries + 1 WHERE id = ? AND epoch IS NULL'
    return this.#db.run(sql, epoch, number, id) === 1
  }

  /** Whether this very try still stands: nobody removed it or took it over. */
  holds(id: number, number: number): boolean {
    return this.#db.get('SELECT 1 FROM outbox WHERE id = ? AND number = ?', id, number) !== null
  }

  /** Gives a claim back, if this try still has it. */
  release(id: number, number: number): void {
    this.#db.run('UPDATE outbox SET epoch = NULL, give_up_at = NULL WHERE id = ? AND number = ?', id, number)
  }

  /** The same after a failure: it is tried again at `dueAt`. */
  postpone(id: number, { dueAt, giveUpAt }: { readonly dueAt: number; readonly giveUpAt: number | null }): void {
    this.#db.run('UPDATE outbox SET epoch = NULL, due_at = ?, give_up_at = ? WHERE id = ?', dueAt, giveUpAt, id)
  }

  remove(id: number): void {
    this.#db.run('DELETE FROM outbox WHERE id = ?', id)
  }

  /** Takes back everything, whoever decided it. */
  clear(): void {
    this.#db.run('DELETE FROM outbox')
  }

  /** Takes back everything a subject has decided, and tells the ids. */
  withdraw(subject: string): readonly number[] {
    return this.#db.all('DELETE FROM outbox WHERE subject = ? RETURNING id', subject).map((row) => integer(row, 'id'))
  }

  ofLane(lane: string): readonly OutboxRow<C>[] {
    return this.#db.all('SELECT * FROM outbox WHERE lane = ? ORDER BY id', lane).map((row) => toRow<C>(row))
  }

  /** Rows that a server before this one had claimed when it died. */
  abandoned(epoch: number): readonly OutboxRow<C>[] {
    return this.#db
      .all('SELECT * FROM outbox WHERE epoch IS NOT NULL AND epoch < ? ORDER BY id', epoch)
      .map((row) => toRow<C>(row))
  }

  /** Makes an abandoned row free again and counts the crash. */
  reclaim(id: number): void {
    this.#db.run('UPDATE outbox SET epoch = NULL, give_up_at = NULL, crashes = crashes + 1 WHERE id = ?', id)
  }

  count(): number {
    return integer(this.#db.get('SELECT COUNT(*) AS n FROM outbox') as Row, 'n')
  }
}

function toRow<C>(row: Row): OutboxRow<C> {
  return {
    id: integer(row, 'id'),
    lane: text(row, 'lane'),
    kind: text(row, 'kind'),
    project: text(row, 'project'),
    subject: text(row, 'subject'),
    command: json<C>(row, 'command'),
    number: integerOrNull(row, 'number'),
    dueAt: integer(row, 'due_at'),
    giveUpAt: integerOrNull(row, 'give_up_at'),
    tries: integer(row, 'tries'),
    crashes: integer(row, 'crashes'),
  }
}
