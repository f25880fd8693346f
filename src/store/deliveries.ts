import type { Delivery } from '../domain/delivery.ts'
import { type Database, integer, integerOrNull, json, type Row } from './database.ts'

export interface DeliveryQuery {
  readonly project: string
  readonly state: Delivery['state'] | null
  readonly limit: number
}

export class Deliveries {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Nothing when this fact is on its way to this recipient already. */
  add(delivery: Omit<Delivery, 'id'>): void {
    this.#db.run(
      `INSERT OR IGNORE INTO deliveries (project, fact, lane, state, due_at, created_at, delivery)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[delivery.project, delivery.fact, laneOf(delivery), delivery.state],
      ...[delivery.dueAt, delivery.createdAt, JSON.stringify(delivery)],
    )
  }

  /** Nothing when its project was removed meanwhile. */
  save(delivery: Delivery): void {
    this.#db.run(
      'UPDATE deliveries SET state = ?, due_at = ?, delivery = ? WHERE number = ?',
      ...[delivery.state, delivery.dueAt, JSON.stringify(delivery), numberOf(delivery.id)],
    )
  }

  get(id: string): Delivery | null {
    const row = /^n\d{1,15}$/.test(id)
      ? this.#db.get('SELECT number, delivery FROM deliveries WHERE number = ?', numberOf(id))
      : null
    return row === null ? null : toDelivery(row)
  }

  /** Newest first. */
  list({ project, state, limit }: DeliveryQuery): readonly Delivery[] {
    const sql = `SELECT number, delivery FROM deliveries WHERE project = ?1 AND (?2 IS NULL OR state = ?2)
                 ORDER BY number DESC LIMIT ?3`
    return this.#db.all(sql, project, state, limit).map(toDelivery)
  }

  /** What is due, oldest first. */
  due(at: number, limit: number): readonly Delivery[] {
    const sql = `SELECT number, delivery FROM deliveries WHERE state = 'waiting' AND due_at <= ? ORDER BY number LIMIT ?`
    return this.#db.all(sql, at, limit).map(toDelivery)
  }

  /** When the first of those that became due after `at` did, or will; null when none does. */
  nextDue(at: number): number | null {
    const row = this.#db.get("SELECT MIN(due_at) AS at FROM deliveries WHERE state = 'waiting' AND due_at > ?", at)
    return row === null ? null : integerOrNull(row, 'at')
  }

  /** What a server was sending when it ended, however it did. */
  sending(): readonly Delivery[] {
    return this.#db
      .all("SELECT number, delivery FROM deliveries WHERE state = 'sending' ORDER BY number")
      .map(toDelivery)
  }

  /** Forgets what ended long ago, and no more than so many at a time; the facts stay. Tells how many. */
  forget(before: number, limit: number): number {
    return this.#db.run(
      `DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries
         WHERE state IN ('delivered', 'failed') AND created_at < ? ORDER BY created_at LIMIT ?)`,
      ...[before, limit],
    )
  }
}

/** What goes to the same place goes there one after the other. */
export function laneOf({ project, recipient: { channel, to } }: Pick<Delivery, 'project' | 'recipient'>): string {
  return `${project} ${channel} ${to}`
}

function toDelivery(row: Row): Delivery {
  return { ...json<Omit<Delivery, 'id'>>(row, 'delivery'), id: `n${integer(row, 'number')}` }
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
