import type { Plan, PlannedMigrations, PlannedProcess, PlannedVariables } from './plan.ts'

/**
 * What moved between two plans, in words, for whoever approved the first: each process and each variable by its name. The
 * first may have been stored by an older version, which knew less.
 */
export function movedBetween(before: Plan, after: Plan): readonly string[] {
  const keys = Object.keys(after) as (keyof Plan)[]
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .flatMap((key) => moves(key, before, after))
}

function moves(key: keyof Plan, before: Plan, after: Plan): readonly string[] {
  if (key === 'processes') return processMoves(before.processes, after.processes)
  if (key === 'variables') return [variableMoves(before.variables, after.variables)]
  if (key === 'limits' || key === 'protection') return fieldMoves(key, before[key] ?? {}, after[key])
  return [`${key}: ${brief(before[key])} → ${brief(after[key])}`]
}

function processMoves(before: readonly PlannedProcess[], after: readonly PlannedProcess[]): readonly string[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))]
  return names.flatMap((name) => {
    const [was, is] = [before, after].map((all) => all.find((each) => each.name === name))
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    if (was === undefined || is === undefined) return [`process ${name}: ${was === undefined ? 'new' : 'gone'}`]
    const isCounted = was.from !== is.from || was.to !== is.to
    const counted = isCounted ? [`process ${name}: ${countText(was)} is now ${countText(is)}`] : []
    const isOther = JSON.stringify(was.command) !== JSON.stringify(is.command)
    return [...counted, ...(isOther ? [`process ${name}: another command`] : [])]
  })
}

function countText({ from, to }: PlannedProcess): string {
  return `${from} → ${to}`
}

function variableMoves(before: PlannedVariables, after: PlannedVariables): string {
  const names = [...new Set([...before.names, ...after.names])].sort()
  const told = names.flatMap((name) => {
    if (!before.names.includes(name)) return [`${name} is set now`]
    if (!after.names.includes(name)) return [`${name} is not set any more`]
    return before.setAt?.[name] === after.setAt[name] ? [] : [`${name} was set anew`]
  })
  const versions =
    before.version === after.version ? `version ${after.version}` : `version ${before.version} → ${after.version}`
  return `variables: ${[versions, ...told].join(', ')}`
}

function fieldMoves(key: string, before: object, after: object): readonly string[] {
  const [was, is] = [before, after] as Record<string, unknown>[]
  return Object.keys(is ?? {})
    .filter((field) => JSON.stringify(was?.[field]) !== JSON.stringify(is?.[field]))
    .map((field) => `${key}.${field}: ${brief(was?.[field])} → ${brief(is?.[field])}`)
}

function brief(value: unknown): string {
  if (value === undefined) return 'not told'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (value !== null && typeof value === 'object' && 'crosses' in value)
    return migrationsText(value as PlannedMigrations)
  if (value !== null && typeof value === 'object' && 'version' in value) return String(value.version)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `before: 002_gift.sql (contract), backup on` */
function migrationsText({ when, pending, problem, backup, crosses }: PlannedMigrations): string {
  const behind = crosses.length === 0 ? '' : `, goes back behind ${crosses.join(', ')}`
  if (when === 'none') return `none${behind}`
  const listed = (pending ?? []).map((each) => `${each.name} (${each.class})`).join(', ')
  const found = problem ?? (pending === null ? 'not looked for' : listed === '' ? 'nothing pending' : listed)
  return `${when}: ${found}${backup === 'off' ? '' : `, backup ${backup}`}${behind}`
}
