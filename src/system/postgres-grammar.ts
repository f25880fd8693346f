import { Fault } from '../lib/fault.ts'

/** One statement, as PostgreSQL's grammar reads it. */
export interface ParsedStatement {
  readonly kind: string
  readonly node: Readonly<Record<string, unknown>>
}

/** More than any migration says; a longer text is not looked at. */
const mostCharacters = 2_000_000

/**
 * Reads SQL by PostgreSQL's own grammar; null when it is not SQL to PostgreSQL. The grammar, two megabytes of it, is loaded
 * when it is first needed.
 */
export async function readPostgres(sql: string): Promise<readonly ParsedStatement[] | null> {
  if (sql.length > mostCharacters) return null
  if (sql.trim() === '') return []
  const { hasSqlDetails, parse } = await import('libpg-query')
  try {
    const { stmts = [] } = await parse(sql)
    return stmts.flatMap(({ stmt }) =>
      Object.entries(stmt ?? {}).map(([kind, node]) => ({ kind, node: node as ParsedStatement['node'] })),
    )
  } catch (error) {
    if (hasSqlDetails(error)) return null
    throw new Fault('internal.bug', { details: { what: "PostgreSQL's grammar could not be used" }, cause: error })
  }
}
