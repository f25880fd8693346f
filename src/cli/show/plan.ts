import type { GateView, PlanView, VariableChangesView } from '../../api/views.ts'
import { bold, cyan, dim, green, red, type Text, table, yellow } from '../text.ts'
import { releaseText } from './words.ts'

/** Everything a person has to see before a yes. */
export function planLines({ deployment, plan, hash, gates }: PlanView): readonly Text[] {
  const { environment, app, reason, from, to, variables, processes, migrations, strategy } = plan
  return [
    [bold(`${environment}/${app}`), ` ${reason}`, deployment === null ? '' : ` (${deployment})`],
    ...indented([
      [dim('release'), [from === null ? 'nothing' : releaseText(from), ' → ', bold(releaseText(to))]],
      [dim('processes'), processes.map(processText).join(', ')],
      [dim('migrations'), migrations],
      [dim('strategy'), strategy],
      [dim('variables'), variablesText(variables)],
      [dim('plan'), cyan(hash)],
    ]),
    ...gateLines(gates),
  ]
}

export function gateLines(gates: readonly GateView[]): readonly Text[] {
  return indented(
    gates.map(({ gate, open, because, openedBy }) => [
      [dim('gate '), gate],
      [
        open ? green('open') : red('closed'),
        `: ${because}`,
        openedBy === null ? '' : ['; opened by ', yellow(openedBy)],
      ],
    ]),
  )
}

export function isBlocked({ gates }: PlanView): boolean {
  return gates.some(({ open }) => !open)
}

/** Whether something else would run afterwards. */
export function hasChanges({ plan }: PlanView): boolean {
  const { from, to, processes, variables } = plan
  const isOther = from === null || from.digest !== to.digest || changesText(variables) !== ''
  return isOther || processes.some((each) => each.from !== each.to)
}

function indented(rows: readonly (readonly Text[])[]): readonly Text[] {
  return table(rows).map((row) => ['  ', row])
}

function processText({ name, from, to }: PlanView['plan']['processes'][number]): string {
  return from === to ? `${name} ${to}` : `${name} ${from} → ${to}`
}

type PlannedVariables = PlanView['plan']['variables']

function variablesText(variables: PlannedVariables): string {
  const { version, binding, names } = variables
  const which = binding === 'revision' ? `version ${version}, with which this release ran here` : `version ${version}`
  const changes = changesText(variables)
  return [`${which}${names.length === 0 ? '' : `: ${names.join(', ')}`}`, ...(changes === '' ? [] : [changes])].join(
    '; ',
  )
}

/** `added A, B; changed C`; empty when nothing is. */
export function changesText(changes: VariableChangesView): string {
  const parts = [
    ['added', changes.added],
    ['changed', changes.changed],
    ['removed', changes.removed],
  ] as const
  return parts.flatMap(([verb, names]) => (names.length === 0 ? [] : [`${verb} ${names.join(', ')}`])).join('; ')
}
