import type { AwaitingView, OneOffDetailView, PlanView, RunView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking, Page } from '../page.ts'
import { area, button, fieldName, form, opening } from '../parts/form.ts'
import { lamp } from '../parts/mark.ts'
import { approving as approvingCommand, rejecting as rejectingCommand } from '../parts/one-off-acts.ts'
import { idLink, placeLink, seenLink } from '../parts/place.ts'
import { planPanel } from '../parts/plan.ts'
import { facts, part } from '../parts/table.ts'
import { emptiness, releaseMark, when } from '../parts/words.ts'
import { proposalActs } from './run.ts'

type Waiting = AwaitingView['deployments'][number]

/** So many plans stand in the page; the others a click away. */
const mostPlans = 12

/** Everything that waits for a yes. Tick many, say it once. */
export const approvalsPage: Page = {
  path: '/approvals',
  async show(asking) {
    const { deployments, oneOffs, runs } = await asking.ask('approvals.list', {})
    const count = deployments.length + oneOffs.length + runs.length
    return {
      title: count === 0 ? 'Approvals' : `${count} to approve`,
      ...{ mark: count === 0 ? 'well' : 'waiting', section: 'approvals', about: null },
      body: html`${heading([], 'Approvals')}
${count === 0 ? emptiness('Nothing waits for a yes.', 'What needs one shows up here by itself.') : nothing}
${deployments.length === 0 ? nothing : await deploymentsPart(asking, deployments)}
${oneOffs.length === 0 ? nothing : part('Commands', html`<div class="inbox">${oneOffs.map((oneOff) => commandWish(asking, oneOff))}</div>`)}
${runs.length === 0 ? nothing : part('Proposals from outside', html`<div class="inbox">${runs.map((run) => proposalWish(asking, run))}</div>`)}`,
    }
  },
}

/** Those that whoever looks may answer can be ticked; the others are told of. */
async function deploymentsPart(asking: Asking, waiting: readonly Waiting[]): Promise<Html> {
  const { may, here } = asking
  const plans = await plansOf(asking, waiting.slice(0, mostPlans))
  const isMine = ({ obstacles, deployment }: Waiting) =>
    obstacles.approve === null && may('deployments.approve', spotOf(deployment))
  const rejectable = waiting.filter(
    ({ obstacles, deployment }) => obstacles.reject === null && may('deployments.reject', spotOf(deployment)),
  )
  const wishes = waiting.map((each) => {
    const plan = plans.get(each.deployment.id) ?? null
    return deploymentWish(each, { asking, plan, isMine: isMine(each) })
  })
  const inbox = html`<div class="inbox">${wishes}</div>`
  const no = rejectable.length === 0 ? nothing : rejecting(rejectable, here)
  if (!waiting.some(isMine)) return part('Deployments', inbox, no)
  const approving = form({ route: 'approvals.give', back: here }, html`${inbox}${saying()}`)
  return part('Deployments', approving, no)
}

function spotOf({ project, environment }: Waiting['deployment']) {
  return { project, environment }
}

async function plansOf({ ask, may }: Asking, waiting: readonly Waiting[]): Promise<ReadonlyMap<string, PlanView>> {
  const seen = waiting.filter(({ deployment }) => may('deployments.plan', spotOf(deployment)))
  const plans = seen.map(async ({ deployment: { id } }) => {
    return [id, await ask('deployments.plan', { params: { deployment: id }, query: { wait: 'false' } })] as const
  })
  return new Map(await Promise.all(plans))
}

function saying(): Html {
  return html`<div class="say">${area({ label: 'Comment', name: 'body.comment' })}<div class="filters"><label class="tick by-script"><input type="checkbox" data-all> all of them</label>
<button class="main" data-key="a">Approve what is ticked<span data-count></span></button></div></div>`
}

function rejecting(waiting: readonly Waiting[], back: string): Html {
  return opening(
    'Reject several',
    form({ route: 'rejections.give', back }, [
      html`<fieldset>${waiting.map(({ deployment: { id, environment, release } }) => html`<label class="tick"><input type="checkbox" name="body.deployments[]" value="${id}"> <span>${id} ${release.version} to ${environment}</span></label><br>`)}</fieldset>`,
      area({ label: 'Why', name: 'body.reason', required: true }),
      button('Reject what is ticked', 'danger'),
    ]),
    'danger',
  )
}

interface Wishing {
  readonly asking: Asking
  readonly plan: PlanView | null
  readonly isMine: boolean
}

function deploymentWish(
  { deployment, title, plan: hash, obstacles }: Waiting,
  { asking, plan, isMine }: Wishing,
): Html {
  const { id, project, environment, app, release, reason, by, createdAt, expiresAt } = deployment
  const said = JSON.stringify({ deployment: id, plan: plan?.hash ?? hash })
  const told = html`<span><strong>${project}</strong> ${app === project ? nothing : app} ${releaseMark(release)} to <strong>${environment}</strong><br><span class="quiet">${title} · ${reason} by ${by}</span>${obstacle(obstacles.approve)}</span>
<span class="quiet">${when(createdAt, asking.now)}${expiresAt === null ? nothing : html`<br>ends ${when(expiresAt, asking.now)}`}</span>`
  const name = `${id}: ${release.version} to ${environment} of ${project}`
  const box = html`<input type="checkbox" name="${fieldName('body.approvals[]', 'json')}" value="${said}" aria-label="${name}">`
  return html`<div class="wish" id="wish-${id}">${isMine ? html`<label>${box}${told}</label>` : html`<div class="lead">${lamp('waiting', '')}${told}</div>`}
<details><summary>${planSummary(plan)}</summary><div><p>${seenLink(asking, id)}</p>${plan === null ? nothing : planPanel(plan)}</div></details></div>`
}

function obstacle(text: string | null): Html {
  return text === null ? nothing : html`<br><small>${text}.</small>`
}

function planSummary(plan: PlanView | null): string {
  if (plan === null) return 'Plan'
  const { comes, goes, isMore } = plan.outlook
  const pending = plan.plan.migrations.pending?.length ?? 0
  return [
    `Plan: ${plural(comes.length, 'commit')}${isMore ? ' or more' : ''}`,
    ...(goes.length === 0 ? [] : [`${plural(goes.length, 'commit')} go`]),
    ...(pending === 0 ? [] : [`${plural(pending, 'migration')}`]),
  ].join(', ')
}

function commandWish(asking: Asking, oneOff: OneOffDetailView): Html {
  const { now } = asking
  const { id, project, track, command, name, destructive, by, createdAt, comment, plan, instances, obstacles } = oneOff
  const [, , environment = ''] = track.split('/')
  const act = { params: { oneOff: id }, back: asking.here }
  const spot = { project, environment }
  const may = (name: 'approve' | 'reject') => obstacles[name] === null && asking.may(`one-offs.${name}`, spot)
  return html`<div class="wish" id="wish-${id}"><div class="lead">${lamp('waiting', '')}<span><strong>${project}</strong> runs <code>${name ?? command.join(' ')}</code> in ${placeLink(asking, project, environment)} ${destructive ? html`<span class="chip stop">destructive</span>` : nothing}<br><span class="quiet">${comment ?? ''} by ${by} ${seenLink(asking, id)}</span>${obstacle(obstacles.approve)}</span><span class="quiet">${when(createdAt, now)}</span></div>
<details><summary>What it would do</summary><div>${facts([
    ['Words', html`<code>${command.join(' ')}</code>`],
    ['On', instances.length === 0 ? 'once, beside the instances' : instances.join(', ')],
    ['Approvals', plan?.approvals ?? ''],
  ])}
${plan !== null && may('approve') ? approvingCommand(act, plan.hash) : nothing}
${may('reject') ? rejectingCommand(act) : nothing}</div></details></div>`
}

function proposalWish({ now, may, here }: Asking, run: RunView): Html {
  return html`<div class="wish" id="wish-${run.id}"><div class="lead">${lamp('waiting', '')}<span><strong>${run.project}</strong> ${run.title} <span class="quiet">${run.branch ?? ''} by ${run.by}</span> ${idLink(run.id)}</span><span class="quiet">${when(run.createdAt, now)}</span></div>
<details><summary>Answer</summary><div class="filters">${may('runs.approve', { project: run.project }) ? proposalActs(run, here) : nothing}</div></details></div>`
}
