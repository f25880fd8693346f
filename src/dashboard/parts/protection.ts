import type { DoorView, FreezeStatusView, LockView, SafeguardsView } from '../../api/views.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking } from '../page.ts'
import { type Act, area, button, confirmFirst, field, fieldName, form, opening } from './form.ts'
import { idLink } from './place.ts'
import { facts, table } from './table.ts'
import { when } from './words.ts'

interface Guarding {
  readonly project: string
  readonly environment: string
  /** Null while nothing has succeeded there. */
  readonly safeguards: SafeguardsView | null
  readonly freezes: FreezeStatusView
  readonly door: DoorView
  readonly lock: LockView | null
}

type Here = Omit<Act, 'route'>

/** What guards an environment, who may come in, and what keeps it still. */
export function guardPanel(asking: Asking, guarding: Guarding): Html {
  const { safeguards, freezes, door } = guarding
  const { may, here } = asking
  const params = { project: guarding.project, environment: guarding.environment }
  const act = { params, back: here }
  return html`<div class="sheet">${safeguards === null ? html`<p class="quiet">In force once something has been deployed here.</p>` : guardFacts(safeguards, asking.now)}</div>
${freezeTable(asking, guarding)}
<div class="filters">
${may('freezes.add', params) ? freezing({ ...act, route: 'freezes.add' }, { name: 'Freeze', does: 'Freeze', usual: '2h' }) : nothing}
${freezes.now !== null && may('freezes.override', params) ? freezing({ ...act, route: 'freezes.override' }, { name: 'Let things go', does: 'Let deployments go', usual: '30m' }) : nothing}
${door.maintenance === null ? closing(asking, act) : letIn(asking, act)}
${may('access.set', params) ? passwords(asking, params) : nothing}
</div>
${
  door.users.length === 0
    ? nothing
    : table(
        'Passwords of visitors',
        ['Name', 'By', 'When', ''],
        door.users.map(({ name, by, at }) => [
          name,
          by,
          when(at, asking.now),
          may('access.remove', params)
            ? form(
                { route: 'access.remove', params: { ...params, user: name }, back: here },
                button('Remove', 'danger'),
              )
            : '',
        ]),
      )
}`
}

interface Freezing {
  readonly name: string
  readonly does: string
  /** How long it is, usually. */
  readonly usual: string
}

function freezing(act: Act, { name, does, usual }: Freezing): Html {
  const forMs = fieldName('body.forMs', 'span')
  return opening(
    name,
    form(act, [
      field({ label: 'Why', name: 'body.reason', required: true }),
      field({ label: 'For how long', name: forMs, required: true, placeholder: usual }),
      button(does, 'danger'),
    ]),
  )
}

function closing({ may }: Asking, act: Here): Html {
  if (!may('maintenance.on', act.params)) return nothing
  return opening(
    'Maintenance page',
    form({ ...act, route: 'maintenance.on' }, [
      area({ label: 'What visitors read', name: 'body.message' }),
      button('Show it', 'danger'),
    ]),
  )
}

function letIn({ may }: Asking, act: Here): Html {
  if (!may('maintenance.off', act.params)) return nothing
  return form({ ...act, route: 'maintenance.off' }, button('Let visitors in', 'main'))
}

function guardFacts(
  {
    approvals,
    approvers,
    selfApproval,
    requireChecks,
    permissions,
    rollback,
    freezes,
    needs,
    deployment,
    since,
  }: SafeguardsView,
  now: number,
): Html {
  const named = Object.entries(permissions).map(([act, who]) => html`<div>${act}: ${who.join(', ')}</div>`)
  return facts([
    [
      'Approvals',
      approvals === 0
        ? 'none'
        : html`${approvals}${approvers.length === 0 ? nothing : html` of ${approvers.join(', ')}`}`,
    ],
    ['One’s own', selfApproval ? 'may be approved' : 'may not be approved'],
    ['After', needs.length === 0 ? 'nothing' : needs.join(', ')],
    ['Checks', requireChecks.length === 0 ? 'all that run' : requireChecks.join(', ')],
    ['Rolling back', rollback.replaceAll('_', ' ')],
    ['Permissions', named.length === 0 ? 'by role' : named],
    ['Freezes', freezes.length === 0 ? 'none declared' : freezes.join('; ')],
    ['In force since', html`${when(since, now)}${deployment === null ? nothing : html` by ${idLink(deployment)}`}`],
  ])
}

function freezeTable({ may, here, now }: Asking, { project, environment, freezes }: Guarding): Html {
  const params = { project, environment }
  const rows = freezes.declared.map(({ id, by, reason, from, until }) => [
    reason,
    by,
    when(from, now),
    when(until, now),
    may('freezes.remove', params)
      ? form({ route: 'freezes.remove', params, fixed: { 'body.freeze': id }, back: here }, button('Take away'))
      : '',
  ])
  return table('Freezes', ['Why', 'By', 'From', 'Until', ''], rows)
}

function passwords(asking: Asking, params: Pick<Guarding, 'project' | 'environment'>): Html {
  return opening(
    'Password for visitors',
    form({ route: 'access.set', params: { ...params }, back: asking.here }, [
      confirmFirst(asking),
      field({ label: 'Name', name: 'params.user', required: true }),
      field({ label: 'Password', name: 'body.password', type: 'password', required: true }),
      button('Set', 'main'),
    ]),
  )
}
