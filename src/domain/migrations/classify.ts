import { type MigrationClass, type PendingMigration, worst } from '../migrations.ts'
import { alterTable } from './classify-table.ts'
import { type Finding, harmless, is, type SqlStatement, text, unknown } from './statement.ts'

/** What one migration is, from its statements as PostgreSQL's own grammar reads them; null = it could not be read. */
export function classified(name: string, statements: readonly SqlStatement[] | null): PendingMigration {
  if (statements === null) return { name, class: 'unknown', notes: ['its SQL could not be read'] }
  const made = new Set(statements.flatMap(tableMade))
  const findings = statements.map((statement) => findingOf(statement, made))
  const found = worst(findings.flatMap((finding) => (finding.class === null ? [] : [finding.class])))
  const notes = [...new Set(findings.flatMap((finding) => finding.notes))]
  // Statements that say nothing prove nothing: whoever writes none does it in another way.
  return { name, class: found ?? 'unknown', notes: found === null ? ['it says nothing in SQL'] : notes }
}

function tableMade({ kind, node }: SqlStatement): readonly string[] {
  return kind === 'CreateStmt' || kind === 'CreateTableAsStmt' ? [tableOf(node)] : []
}

/** A table made in the same migration has no rows and nobody who uses it. */
function findingOf({ kind, node }: SqlStatement, made: ReadonlySet<string>): Finding {
  switch (kind) {
    case 'TransactionStmt':
    case 'VariableSetStmt':
    case 'ConstraintsSetStmt':
    case 'CommentStmt':
      return harmless
    case 'CreateStmt':
    case 'CreateTableAsStmt':
    case 'CreateSeqStmt':
    case 'CreateSchemaStmt':
    case 'CreateEnumStmt':
    case 'CreateDomainStmt':
    case 'CompositeTypeStmt':
    case 'CreateExtensionStmt':
      return finding('expand')
    case 'ViewStmt':
    case 'CreateFunctionStmt':
      return node.replace === true
        ? unknown(`it replaces a ${kind === 'ViewStmt' ? 'view' : 'function'}`)
        : finding('expand')
    case 'IndexStmt':
      return index(node, made)
    case 'AlterTableStmt':
      return made.has(tableOf(node)) ? finding('expand') : alterTable(node)
    case 'AlterEnumStmt':
      return 'oldVal' in node ? finding('contract', 'it renames a value of a type') : finding('expand')
    case 'RenameStmt':
      return rename(node, made)
    case 'DropStmt':
      return drop(node)
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'TruncateStmt':
    case 'MergeStmt':
      return rows(kind, node, made)
    default:
      return unknown(`a statement that proves nothing about itself (${kind.replace(/Stmt$/, '')})`)
  }
}

function finding(kind: MigrationClass, ...notes: string[]): Finding {
  return { class: kind, notes }
}

function index(node: SqlStatement['node'], made: ReadonlySet<string>): Finding {
  const table = tableOf(node)
  const unique = node.unique === true && !made.has(table)
  const lock =
    node.concurrent === true || made.has(table)
      ? []
      : [`the index on ${table} is not built CONCURRENTLY: writes wait until it is done`]
  // What the old code writes twice is refused from then on.
  return unique ? finding('contract', `${table} refuses duplicates from then on`, ...lock) : finding('expand', ...lock)
}

function rename(node: SqlStatement['node'], made: ReadonlySet<string>): Finding {
  if (is(node, 'renameType', 'OBJECT_INDEX')) return finding('expand')
  const table = tableOf(node)
  const column = text(node, 'subname')
  if (is(node, 'renameType', 'OBJECT_COLUMN') && made.has(table)) return finding('expand')
  return finding(
    'contract',
    `it renames ${column === null ? table : `${table}.${column}`}, which the old code still uses`,
  )
}

function drop(node: SqlStatement['node']): Finding {
  const kind = (text(node, 'removeType') ?? 'OBJECT_THING').replace('OBJECT_', '').toLowerCase()
  if (kind === 'index') return finding('expand', 'it drops an index: queries that need it get slower')
  return finding('contract', `it drops a ${kind}, which the old code may still use`)
}

/** Tables in which frameworks keep what has run. */
const bookkeeping = new Set(['alembic_version', 'django_migrations', 'schema_migrations', 'knex_migrations'])

function rows(kind: string, node: SqlStatement['node'], made: ReadonlySet<string>): Finding {
  const table = tableOf(node)
  if (bookkeeping.has(table)) return harmless
  if (made.has(table)) return finding('expand')
  const isWhole = (kind === 'UpdateStmt' || kind === 'DeleteStmt') && !('whereClause' in node)
  if (kind === 'TruncateStmt') return finding('data', 'it empties a table under a lock that nobody passes')
  return isWhole
    ? finding('data', `it touches every row of ${table} at once: do it in batches, committing each`)
    : finding('data')
}

function tableOf(node: SqlStatement['node']): string {
  const relation = (node.relation ?? (node.into as SqlStatement['node'] | undefined)?.rel) as
    | SqlStatement['node']
    | undefined
  return (relation === undefined ? null : text(relation, 'relname')) ?? 'a table'
}
