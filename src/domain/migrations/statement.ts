import type { MigrationClass } from '../migrations.ts'

/** One statement, as PostgreSQL's grammar reads it: what it is, and its parts. */
export interface SqlStatement {
  /** `AlterTableStmt`, `IndexStmt`, … */
  readonly kind: string
  readonly node: Readonly<Record<string, unknown>>
}

/** What one statement means; a class of null says nothing either way. */
export interface Finding {
  readonly class: MigrationClass | null
  readonly notes: readonly string[]
}

export const harmless: Finding = { class: null, notes: [] }

export function unknown(note: string): Finding {
  return { class: 'unknown', notes: [note] }
}

export function text(node: SqlStatement['node'], key: string): string | null {
  const value = node[key]
  return typeof value === 'string' ? value : null
}

export function is(node: SqlStatement['node'], key: string, value: string): boolean {
  return node[key] === value
}

/** `[{ Constraint: {…} }, …]` → the values of those called so. */
export function nodesIn(value: unknown, kind: string): readonly SqlStatement['node'][] {
  if (!Array.isArray(value)) return []
  return value.flatMap((each: unknown) => {
    const inner = isNode(each) ? each[kind] : undefined
    return isNode(inner) ? [inner] : []
  })
}

export function isNode(value: unknown): value is SqlStatement['node'] {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
