import { type Deployment, deadlineOf, supersededBy } from '../domain/deployment.ts'
import type { Approval } from '../domain/gates/gate.ts'
import type { Plan } from '../domain/plan.ts'
import { keepNewest } from '../lib/keep-newest.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'
import { newestOf } from './newest-of.ts'

/** Deployments kept as values: one that moves is looked at many times between two changes. */
const keptValues = 64

export class Deployments {
  readonly #db: Database
  readonly #values = new Map<number, { readonly text: string; readonly value: Deployment }>()

  constructor(db: Database) {
    this.#db = db
  }

  add(deployment: Omit<Deployment, 'id'>): Deployment {
    const number = this.#db.insert(
      `INSERT INTO deployments
         (project, track, release, reason, state, outcome, deadline_at, superseded_by, moved_at, created_at, deployment)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[deployment.project, deployment.track, deployment.release.id, deployment.reason],
      ...[...columns({ ...deployment, id: '' }), deployment.createdAt, JSON.stringify(deployment)],
    )
    return { ...deployment, id: `d${number}` }
  }

  save(deployment: Deployment): void {
    const [number, stored] = [numberOf(deployment.id), JSON.stringify(deployment)]
    this.#db.run(
      'UPDATE deployments SET release = ?, state = ?, outcome = ?, deadline_at = ?, superseded_by = ?, moved_at = ?, deployment = ? WHERE number = ?',
      ...[deployment.release.id, ...columns(deployment), stored, number],
    )
    // Whoever performs what was decided reads it next.
    keepNewest(this.#values, [number, { text: stored, value: deployment }], keptValues)
  }

  get(id: string): Deployment | null {
    const row = /^d\d+$/.test(id)
      ? this.#db.get('SELECT number, deployment FROM deployments WHERE number = ?', numberOf(id))
      : null
    return row === null ? null : this.#value(row)
  }

  /** Newest first. */
  list(track: string, limit: number): readonly Deployment[] {
    return this.#db
      .all('SELECT number, deployment FROM deployments WHERE track = ? ORDER BY number DESC LIMIT ?', track, limit)
      .map((row) => this.#value(row))
  }

  /** Of these projects; null: of all. */
  newest(projects: readonly string[] | null, limit: number): readonly Deployment[] {
    const columns = 'SELECT number, deployment FROM deployments'
    const rows =
      projects === null
        ? this.#db.all(`${columns} ORDER BY number DESC LIMIT ?`, limit)
        : this.#db.all(
            `${columns} WHERE number IN (${newestOf('deployments')}) ORDER BY number DESC`,
            JSON.stringify(projects),
            limit,
          )
    return rows.map((row) => this.#value(row))
  }

  /** Those that wait for people, oldest first, in these projects; null: in all. */
  waiting(projects: readonly string[] | null): readonly Deployment[] {
    const sql = `SELECT number, deployment FROM deployments WHERE ${isWaiting} ORDER BY number`
    return this.#db.all(sql, projects && JSON.stringify(projects)).map((row) => this.#value(row))
  }

  waitingCount(projects: readonly string[] | null): number {
    const row = this.#db.get(
      `SELECT COUNT(*) AS n FROM deployments WHERE ${isWaiting}`,
      projects && JSON.stringify(projects),
    )
    return row === null ? 0 : integer(row, 'n')
  }

  /** The one that began or ended last. Not the newest: a yes may come long after a newer release went. */
  lastMoved(track: string): Deployment | null {
    const sql =
      "SELECT number, deployment FROM deployments WHERE track = ? AND state NOT IN ('waiting', 'queued') ORDER BY moved_at DESC, number DESC LIMIT 1"
    const row = this.#db.get(sql, track)
    return row === null ? null : this.#value(row)
  }

  /** Not finished, oldest first: the one that moves, those in the queue, those that wait for people. */
  open(track: string): readonly Deployment[] {
    const sql = `SELECT number, deployment FROM deployments INDEXED BY deployments_open
      WHERE track = ? AND ${isOpen} ORDER BY number`
    return this.#db.all(sql, track).map((row) => this.#value(row))
  }

  openEverywhere(): readonly Deployment[] {
    return this.#db
      .all("SELECT number, deployment FROM deployments WHERE state <> 'finished' ORDER BY number")
      .map((row) => this.#value(row))
  }

  /** Tracks in which something is queued, the one whose first was asked for first at the front. */
  tracksWithQueue(): readonly string[] {
    const sql = `SELECT track FROM deployments WHERE ${isOpen} AND state = 'queued' GROUP BY track ORDER BY MIN(number)`
    return this.#db.all(sql).map((row) => text(row, 'track'))
  }

  /** On all tracks; of each at most one. */
  moving(): readonly Deployment[] {
    const sql = "SELECT number, deployment FROM deployments WHERE state IN ('rolling', 'reverting') ORDER BY track"
    return this.#db.all(sql).map((row) => this.#value(row))
  }

  /** On all tracks, oldest first. */
  inQueueOrMoving(): readonly Deployment[] {
    const sql = `SELECT number, deployment FROM deployments
      WHERE ${isOpen} AND state IN ('queued', 'rolling', 'reverting') ORDER BY number`
    return this.#db.all(sql).map((row) => this.#value(row))
  }

  /** Those that gave way to this one, oldest first. */
  supersededBy(id: string): readonly Deployment[] {
    const sql = 'SELECT number, deployment FROM deployments WHERE superseded_by = ? ORDER BY number'
    return this.#db.all(sql, numberOf(id)).map((row) => this.#value(row))
  }

  /** Without those that only migrated for it. */
  ofRelease(release: string, track: string): readonly Deployment[] {
    const sql =
      "SELECT number, deployment FROM deployments WHERE release = ? AND track = ? AND reason <> 'migrate' ORDER BY number"
    return this.#db.all(sql, release, track).map((row) => this.#value(row))
  }

  /** Releases that succeeded on a track, the newest deployment's first, each once. */
  releasesSucceeded(track: string, limit: number): readonly string[] {
    const rows = this.#db.all(
      `SELECT release FROM deployments WHERE track = ?1 AND outcome = 'succeeded' AND reason <> 'migrate' AND NOT EXISTS (
         SELECT 1 FROM deployments AS newer WHERE newer.release = deployments.release AND newer.track = ?1
         AND newer.outcome = 'succeeded' AND newer.reason <> 'migrate' AND newer.number > deployments.number)
       ORDER BY number DESC LIMIT ?2`,
      ...[track, limit],
    )
    return rows.map((row) => text(row, 'release'))
  }

  /** How many releases succeeded on a track after that deployment; null: ever. */
  releasesSince(track: string, id: string | null): number {
    const row = this.#db.get(
      `SELECT COUNT(DISTINCT release) AS n FROM deployments
       WHERE track = ? AND number > ? AND outcome = 'succeeded' AND reason <> 'migrate'`,
      ...[track, id === null ? 0 : numberOf(id)],
    )
    return row === null ? 0 : integer(row, 'n')
  }

  /** Environments in which this release has succeeded. */
  succeededIn(release: string): readonly string[] {
    const rows = this.#db.all(
      `SELECT DISTINCT tracks.environment FROM deployments JOIN tracks ON tracks.id = deployments.track
       WHERE release = ? AND outcome = 'succeeded' AND reason <> 'migrate' ORDER BY tracks.environment`,
      release,
    )
    return rows.map((row) => text(row, 'environment'))
  }

  overdue(at: number): readonly string[] {
    const rows = this.#db.all('SELECT number FROM deployments WHERE deadline_at <= ? ORDER BY deadline_at, number', at)
    return rows.map((row) => `d${integer(row, 'number')}`)
  }

  /** What a hash stands for, so that a moved plan can be told apart from the one people saw. */
  savePlan(deployment: string, hash: string, plan: Plan): void {
    this.#db.run(
      'INSERT OR IGNORE INTO plans (deployment, hash, plan) VALUES (?, ?, ?)',
      deployment,
      hash,
      JSON.stringify(plan),
    )
  }

  plan(deployment: string, hash: string): Plan | null {
    const row = this.#db.get('SELECT plan FROM plans WHERE deployment = ? AND hash = ?', deployment, hash)
    return row === null ? null : json(row, 'plan')
  }

  /** The one that people said yes to last; without a yes the newest it had. */
  settledPlan(deployment: string): { readonly hash: string; readonly plan: Plan } | null {
    const row = this.#db.get(
      `SELECT hash, plans.plan FROM plans
       LEFT JOIN approvals ON approvals.deployment = plans.deployment AND approvals.plan = hash
       WHERE plans.deployment = ? ORDER BY approvals.at DESC NULLS LAST, plans.rowid DESC LIMIT 1`,
      deployment,
    )
    return row === null ? null : { hash: text(row, 'hash'), plan: json(row, 'plan') }
  }

  /** False when this person has approved this plan already. */
  approve(deployment: string, { plan, by, at, comment }: Approval): boolean {
    const sql = 'INSERT OR IGNORE INTO approvals (deployment, plan, person, at, comment) VALUES (?, ?, ?, ?, ?)'
    return this.#db.run(sql, deployment, plan, by, at, comment) === 1
  }

  approvals(deployment: string): readonly Approval[] {
    return this.#db.all('SELECT * FROM approvals WHERE deployment = ? ORDER BY at, person', deployment).map((row) => ({
      by: text(row, 'person'),
      at: integer(row, 'at'),
      plan: text(row, 'plan'),
      comment: textOrNull(row, 'comment'),
    }))
  }

  /** As it is stored: parsed again only when the text is another one. */
  #value(row: Row): Deployment {
    const [number, stored] = [integer(row, 'number'), text(row, 'deployment')]
    const known = this.#values.get(number)
    if (known?.text === stored) return known.value
    // What an older version stored has no `variables`.
    const { variables = null, ...rest } = JSON.parse(stored) as Omit<Deployment, 'id'>
    const value = { ...rest, variables, id: `d${number}` }
    keepNewest(this.#values, [number, { text: stored, value }], keptValues)
    return value
  }
}

/** The condition of the index: without it, word for word, all deployments there ever were are looked at. */
const isOpen = "state <> 'finished'"

/** ?1: the projects. */
const isWaiting = `${isOpen} AND state = 'waiting' AND (?1 IS NULL OR project IN (SELECT value FROM json_each(?1)))`

function columns(deployment: Deployment): [string, string | null, number | null, number | null, number] {
  const { state, createdAt, startedAt, finishedAt } = deployment
  const newer = supersededBy(state)
  return [
    state.kind,
    state.kind === 'finished' ? state.outcome : null,
    deadlineOf(deployment),
    newer === undefined ? null : numberOf(newer),
    startedAt ?? finishedAt ?? createdAt,
  ]
}

function numberOf(id: string): number {
  return Number(id.slice(1))
}
