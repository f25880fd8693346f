import type { GateView, PlanView, VariableChangesView } from '../../api/views.ts'
import { showDuration } from '../../lib/duration.ts'
import { plural, releaseText, shortSha } from '../../lib/short-text.ts'
import { exitCodes } from '../exit-codes.ts'
import { bold, cyan, dim, green, red, type Text, table, yellow } from '../text.ts'
import { migrationsText, pendingRows } from './migrations.ts'

/** Everything a person has to see before a yes. */
export function planLines({ deployment, plan, hash, gates, outlook }: PlanView): readonly Text[] {
  const { environment, app, reason, from, to, variables, processes, migrations, strategy } = plan
  return [
    [bold(`${environment}/${app}`), ` ${reason}`, deployment === null ? '' : ` (${deployment})`],
    ...indented([
      [dim('release'), [from === null ? 'nothing' : releaseText(from), ' → ', bold(releaseText(to))]],
      [dim('digest'), `${from === null ? '' : `${from.digest.slice(0, 12)} → `}${to.digest.slice(0, 12)}`],
      ...changeRows(outlook),
      [dim('processes'), processes.map(processText).join(', ')],
      ...processes.flatMap(commandRow),
      [dim('migrations'), migrationsText(migrations)],
      [dim('strategy'), strategy],
      [dim('variables'), variablesText(variables)],
      [dim('steps'), plan.steps.join(', ')],
      [dim('takes'), expectedText(outlook.expected)],
      [dim('limits'), limitsText(plan.limits)],
      ...protectionRows(plan.protection),
      [dim('plan'), cyan(hash)],
    ]),
    ...pendingRows(migrations.pending ?? []),
    ...gateLines(gates),
  ]
}

type Outlook = PlanView['outlook']

function changeRows({ comes, goes, isMore, unknown }: Outlook): readonly (readonly Text[])[] {
  if (unknown !== null) return [[dim('commits'), yellow(`not known: ${unknown}`)]]
  const rows = [
    ...comes.map((change, index) => [dim(index === 0 ? 'brings' : ''), changeText(change)]),
    ...goes.map((change, index) => [dim(index === 0 ? 'takes back' : ''), changeText(change)]),
  ]
  return isMore ? [...rows, ['', dim('and more')]] : rows
}

function changeText({ commit, title, author, pullRequest }: Outlook['comes'][number]): Text {
  return [dim(shortSha(commit)), ` ${title}`, dim(` ${author}`), pullRequest === null ? '' : ` #${pullRequest}`]
}

function commandRow({ name, command }: PlanView['plan']['processes'][number]): readonly (readonly Text[])[] {
  if (command === null || command.from === null || command.to === null) return []
  return [[dim('command'), `${name}: ${command.from} → ${command.to}`]]
}

function expectedText({ totalMs, samples, phases }: Outlook['expected']): string {
  if (totalMs === null) return 'not known: none of this kind has succeeded here'
  const each = phases.map(({ name, ms }) => `${name} ${roughly(ms)}`).join(', ')
  return `about ${roughly(totalMs)} (${each}), the middle of ${plural(samples, 'deployment')}`
}

/** Nobody plans by the millisecond. */
function roughly(ms: number): string {
  return showDuration(ms < 10_000 ? Math.ceil(ms / 100) * 100 : Math.ceil(ms / 1000) * 1000)
}

function limitsText({ run, queue, approval }: PlanView['plan']['limits']): string {
  const waiting = queue === null ? 'none' : showDuration(queue)
  return `rollout ${showDuration(run)}, queue ${waiting}, approval ${showDuration(approval)}`
}

function protectionRows(protection: PlanView['plan']['protection']): readonly (readonly Text[])[] {
  const { approvals, approvers, selfApproval, requireChecks, weakened } = protection
  const who = approvers.length === 0 ? 'anyone who may deploy' : approvers.join(', ')
  const own = selfApproval ? '' : ', not by whoever pushed or asked'
  return [
    [dim('approvals'), approvals === 0 ? 'none' : `${approvals} of ${who}${own}`],
    ...(requireChecks.length === 0 ? [] : [[dim('checks'), requireChecks.join(', ')]]),
    ...weakened.map((what) => [dim('protection'), red(`is weakened: ${what}`)]),
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

function isBlocked({ gates }: PlanView): boolean {
  return gates.some(({ open }) => !open)
}

/** Whether something else would run afterwards. */
export function hasChanges({ plan }: PlanView): boolean {
  const { from, to, processes, variables } = plan
  const isOther = from === null || from.digest !== to.digest || changesText(variables) !== ''
  return isOther || processes.some((each) => each.from !== each.to || each.command !== null)
}

/** 0 when nothing would change, 3 when something would, 4 when a gate or a lock is in the way. */
export function exitCodeOfPlans(plans: readonly PlanView[]): number {
  const changing = plans.filter(hasChanges)
  if (changing.some(isBlocked)) return exitCodes.blocked
  return changing.length > 0 ? exitCodes.changes : exitCodes.ok
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
