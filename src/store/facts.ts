import type { Fact, FactDraft } from '../domain/facts.ts'
import { genesis, hashOf, problemWith } from '../domain/journal.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'

/** Which facts; each that is left out says nothing. */
export interface FactFilter {
  /** Only of these projects; null or left out: of all, and of the server as a whole. */
  readonly projects?: readonly string[] | null | undefined
  readonly project?: string | undefined
  readonly subject?: string | undefined
  /** `deployment.finished`, or `deployment` for all of its kinds. */
  readonly kind?: string | undefined
  readonly by?: string | undefined
  /** What is about this environment, or about an app in it. */
  readonly environment?: string | undefined
  /** Times: from this one on, and before that one. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Numbers: only those below. */
  readonly before?: number | undefined
}

export interface FactQuery extends FactFilter {
  readonly after: number
  readonly limit: number
}

export interface Broken {
  readonly seq: number
  readonly problem: string
}

/** The append-only journal. Each fact's hash covers the hash before it, so that a change anywhere shows everywhere after. */
export class Facts {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  append(draft: FactDraft, at: number): Fact {
    const head = this.head()
    const data = JSON.stringify(draft.data)
    const fact = { ...draft, data: asRead(data), seq: head.seq + 1, at, previous: head.hash }
    const hash = hashOf(fact)
    this.#db.run(
      'INSERT INTO facts (seq, at, kind, project, subject, actor, data, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[fact.seq, at, fact.kind, fact.project, fact.subject, fact.by, data, fact.previous, hash],
    )
    return { ...fact, hash }
  }

  head(): { readonly seq: number; readonly hash: string } {
    const row = this.#db.get('SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1')
    return row === null ? { seq: 0, hash: genesis } : { seq: integer(row, 'seq'), hash: text(row, 'hash') }
  }

  list({ after, limit, ...filter }: FactQuery): readonly Fact[] {
    return this.#db
      .all(
        `SELECT * FROM facts WHERE seq > ?1 AND ${matching} ORDER BY seq LIMIT ?11`,
        after,
        ...wordsOf(filter),
        limit,
      )
      .map(toFact)
  }

  /** What came after a fact, without what it says: most of it is of no interest to whoever follows the journal. */
  kindsAfter(seq: number, limit: number): readonly Pick<Fact, 'seq' | 'kind'>[] {
    const rows = this.#db.all('SELECT seq, kind FROM facts WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
    return rows.map((row) => ({ seq: integer(row, 'seq'), kind: text(row, 'kind') }))
  }

  /** The number of a project's newest fact; 0 when it has none. */
  newestOf(project: string): number {
    const row = this.#db.get('SELECT MAX(seq) AS seq FROM facts WHERE project = ?', project)
    return row === null ? 0 : integer(row, 'seq')
  }

  /** Of which projects something was recorded after a fact, oldest first; null: of the server as a whole. */
  projectsAfter(seq: number): readonly Pick<Fact, 'seq' | 'project'>[] {
    const rows = this.#db.all('SELECT seq, project FROM facts WHERE seq > ? ORDER BY seq LIMIT 10000', seq)
    return rows.map((row) => ({ seq: integer(row, 'seq'), project: textOrNull(row, 'project') }))
  }

  at(seq: number): Fact | null {
    const row = this.#db.get('SELECT * FROM facts WHERE seq = ?', seq)
    return row === null ? null : toFact(row)
  }

  /** The newest ones, oldest first. */
  newest(limit: number, { after = 0, ...filter }: FactFilter & { readonly after?: number } = {}): readonly Fact[] {
    return this.#db
      .all(
        `SELECT * FROM facts WHERE seq > ?1 AND ${matching} ORDER BY seq DESC LIMIT ?11`,
        after,
        ...wordsOf(filter),
        limit,
      )
      .map(toFact)
      .reverse()
  }

  about(subject: string): readonly Fact[] {
    return this.#db.all('SELECT * FROM facts WHERE subject = ? ORDER BY seq', subject).map(toFact)
  }

  /** Re-derives the whole chain. Null when it holds; otherwise the first fact that does not. */
  verify(): Broken | null {
    const steps = this.verifying()
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
    }
  }

  /** The same in pieces, for whoever has something else to do between two of them. */
  *verifying(): Generator<void, Broken | null> {
    let previous = genesis
    let seq = 0
    for (;;) {
      const page = this.list({ after: seq, limit: 500 })
      for (const fact of page) {
        seq += 1
        const problem = problemWith(fact, seq, previous)
        if (problem !== null) return { seq, problem }
        previous = fact.hash
      }
      if (page.length === 0) return null
      yield
    }
  }
}

const afterAll = Number.MAX_SAFE_INTEGER

/** ?1 is a number to start after, and ?9 one to end before: both plain, so that nothing beyond them is looked at. An environment is told by what a fact is about, or by the track or environment it names. */
const matching = `seq < ?9 AND (?10 IS NULL OR project IN (SELECT value FROM json_each(?10)))
  AND (?2 IS NULL OR project = ?2) AND (?3 IS NULL OR subject = ?3)
  AND (?4 IS NULL OR kind = ?4 OR substr(kind, 1, length(?4) + 1) = ?4 || '.')
  AND (?5 IS NULL OR actor = ?5) AND at >= COALESCE(?7, at) AND at < COALESCE(?8, at + 1)
  AND (?6 IS NULL OR json_extract(data, '$.environment') = ?6
    OR substr(subject, -length(?6) - 1) = '/' || ?6
    OR substr(json_extract(data, '$.track'), -length(?6) - 1) = '/' || ?6)`

function wordsOf({
  project,
  subject,
  kind,
  by,
  environment,
  since,
  until,
  before = afterAll,
  projects = null,
}: FactFilter) {
  const words = [project, subject, kind, by, environment, since, until, before, projects && JSON.stringify(projects)]
  return words.map((word) => word ?? null)
}

/** What JSON keeps: the same before it is stored as when it is read. */
function asRead(data: string): Readonly<Record<string, unknown>> {
  return JSON.parse(data) as Record<string, unknown>
}

function toFact(row: Row): Fact {
  return {
    seq: integer(row, 'seq'),
    at: integer(row, 'at'),
    kind: text(row, 'kind'),
    project: textOrNull(row, 'project'),
    subject: text(row, 'subject'),
    by: text(row, 'actor'),
    data: json(row, 'data'),
    previous: text(row, 'previous'),
    hash: text(row, 'hash'),
  }
}
