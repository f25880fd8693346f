import type { Fact, FactDraft } from '../domain/facts.ts'
import { canonicalJson } from '../lib/canonical.ts'
import { sha256 } from '../lib/hash.ts'
import { type Database, integer, json, type Row, text, textOrNull } from './database.ts'

const genesis = '0'.repeat(64)

export interface FactQuery {
  readonly after: number
  readonly limit: number
  readonly project?: string
  readonly subject?: string
  readonly kind?: string
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

  list({ after, limit, project, subject, kind }: FactQuery): readonly Fact[] {
    const rows = this.#db.all(
      `SELECT * FROM facts WHERE seq > ?1 AND (?2 IS NULL OR project = ?2) AND (?3 IS NULL OR subject = ?3)
       AND (?4 IS NULL OR kind = ?4) ORDER BY seq LIMIT ?5`,
      ...[after, project ?? null, subject ?? null, kind ?? null, limit],
    )
    return rows.map(toFact)
  }

  /** The newest ones, oldest first. */
  newest(limit: number, { project, subject, kind }: Omit<FactQuery, 'after' | 'limit'> = {}): readonly Fact[] {
    const rows = this.#db.all(
      `SELECT * FROM facts WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR subject = ?2)
       AND (?3 IS NULL OR kind = ?3) ORDER BY seq DESC LIMIT ?4`,
      ...[project ?? null, subject ?? null, kind ?? null, limit],
    )
    return rows.map(toFact).reverse()
  }

  about(subject: string): readonly Fact[] {
    return this.#db.all('SELECT * FROM facts WHERE subject = ? ORDER BY seq', subject).map(toFact)
  }

  /** Re-derives the whole chain. Null when it holds; otherwise the first fact that does not. */
  verify(): { readonly seq: number; readonly problem: string } | null {
    let previous = genesis
    let seq = 0
    for (;;) {
      const page = this.list({ after: seq, limit: 1000 })
      for (const fact of page) {
        seq += 1
        const problem = problemWith(fact, seq, previous)
        if (problem !== null) return { seq, problem }
        previous = fact.hash
      }
      if (page.length === 0) return null
    }
  }
}

function problemWith(fact: Fact, seq: number, previous: string): string | null {
  if (fact.seq !== seq) return `fact ${seq} is missing`
  if (fact.previous !== previous) return 'does not follow from the fact before it'
  return fact.hash === hashOf(fact) ? null : 'does not have the hash of its content'
}

function hashOf({ seq, at, kind, project, subject, by, data, previous }: Omit<Fact, 'hash'>): string {
  return sha256(canonicalJson({ seq, at, kind, project, subject, by, data, previous }))
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
