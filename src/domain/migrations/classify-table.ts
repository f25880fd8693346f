import { worst } from '../migrations.ts'
import { type Finding, is, isNode, nodesIn, type SqlStatement, text, unknown } from './statement.ts'

type Node = SqlStatement['node']

/** Each change that one ALTER TABLE makes; the least safe decides. */
export function alterTable(node: Node): Finding {
  const table = (isNode(node.relation) ? text(node.relation, 'relname') : null) ?? 'a table'
  if (!is(node, 'objtype', 'OBJECT_TABLE')) return unknown(`it alters ${table}, which is not a plain table`)
  const findings = nodesIn(node.cmds, 'AlterTableCmd').map((change) => changeOf(change, table))
  const classes = findings.flatMap((each) => (each.class === null ? [] : [each.class]))
  return { class: worst(classes) ?? 'unknown', notes: findings.flatMap(({ notes }) => notes) }
}

function changeOf(change: Node, table: string): Finding {
  const column = `${table}.${text(change, 'name') ?? '?'}`
  switch (text(change, 'subtype')) {
    case 'AT_AddColumn':
      return isNode(change.def) && isNode(change.def.ColumnDef)
        ? added(change.def.ColumnDef, table)
        : unknown(`it adds a column to ${table} that could not be read`)
    case 'AT_DropNotNull':
    case 'AT_DropConstraint':
    case 'AT_SetStatistics':
    case 'AT_ValidateConstraint':
      return { class: 'expand', notes: [] }
    case 'AT_ColumnDefault':
      return 'def' in change
        ? { class: 'expand', notes: [] }
        : {
            class: 'contract',
            notes: [
              `${column} loses its default: the old code, which does not name it, can no longer insert where it must have a value`,
            ],
          }
    case 'AT_SetNotNull':
      return { class: 'contract', notes: [`${column} refuses NULL from then on; every row is looked at under a lock`] }
    case 'AT_DropColumn':
      return { class: 'contract', notes: [`it drops ${column}, which the old code still uses`] }
    case 'AT_AlterColumnType':
      return {
        class: 'contract',
        notes: [`${column} gets another type: the table may be rewritten under a lock that nobody passes`],
      }
    case 'AT_AddConstraint':
      return constrained(change, table)
    default:
      return unknown(`a change of ${table} that is not known (${text(change, 'subtype') ?? '?'})`)
  }
}

function constrained(change: Node, table: string): Finding {
  const constraint = isNode(change.def) && isNode(change.def.Constraint) ? change.def.Constraint : {}
  const lock =
    constraint.skip_validation === true
      ? []
      : [`every row of ${table} is checked under a lock; NOT VALID and VALIDATE do it without`]
  return { class: 'contract', notes: [`${table} refuses from then on what the old code may still write`, ...lock] }
}

function added(column: Node, table: string): Finding {
  const name = `${table}.${text(column, 'colname') ?? '?'}`
  const constraints = nodesIn(column.constraints, 'Constraint')
  const has = (kind: string) => constraints.some((each) => is(each, 'contype', kind))
  const filled = constraints.find((each) => is(each, 'contype', 'CONSTR_DEFAULT'))
  const fillsItself = filled !== undefined || has('CONSTR_IDENTITY') || has('CONSTR_GENERATED')
  const notes = [
    ...(filled !== undefined && isCalled(filled.raw_expr)
      ? [`the default of ${name} is worked out for each row: the table is rewritten`]
      : []),
    ...(has('CONSTR_FOREIGN') || has('CONSTR_UNIQUE') || has('CONSTR_CHECK')
      ? [`${table} is locked while the constraint of ${name} is made`]
      : []),
  ]
  if (has('CONSTR_NOTNULL') && !fillsItself) {
    const note = `${name} must have a value and has no default: it fails where there are rows, and the old code can no longer insert`
    return { class: 'contract', notes: [note, ...notes] }
  }
  return { class: 'expand', notes }
}

/** `now()` is the same for all rows; every other call may give each its own value. */
function isCalled(expression: unknown): boolean {
  if (!isNode(expression) || !isNode(expression.FuncCall)) return false
  const names = nodesIn(expression.FuncCall.funcname, 'String').map((each) => text(each, 'sval'))
  return !['now', 'transaction_timestamp', 'statement_timestamp'].includes(names.at(-1) ?? '')
}
