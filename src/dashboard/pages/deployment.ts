import type { RouteName } from '../../api/routes.ts'
import type { DeploymentDetailView, FactView, VerdictView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { deploymentTook } from '../parts/energy.ts'
import { factMark, factWords } from '../parts/fact-words.ts'
import { area, button, form, opening } from '../parts/form.ts'
import { markOf, stateSignal, stateWord } from '../parts/mark.ts'
import { environmentCrumb, idLink, placeLink, projectCrumbs } from '../parts/place.ts'
import { pastPlanPanel, planPanel } from '../parts/plan.ts'
import { stepChart } from '../parts/step-chart.ts'
import { facts, part, table } from '../parts/table.ts'
import { trafficChart } from '../parts/traffic-chart.ts'
import { banner, linkTo, releaseMark, took, when } from '../parts/words.ts'

/** One deployment: what it did, when, to what, and what visitors noticed. */
export const deploymentPage: Page = {
  path: '/deployments/:deployment',
  async show(asking) {
    const { ask, now } = asking
    const params = { deployment: param(asking, 'deployment') }
    const deployment = await ask('deployments.show', { params })
    const { id, project, environment, release, state } = deployment
    const traffic = deployment.startedAt === null ? [] : await ask('deployments.traffic', { params })
    const plan =
      state === 'waiting' || state === 'queued'
        ? await ask('deployments.plan', { params, query: { wait: 'false' } })
        : null
    return {
      title: `${id} ${stateWord(deployment)} · ${environment}`,
      ...{ mark: markOf(deployment), section: 'overview', about: [project] },
      body: html`${heading(projectCrumbs(project, environmentCrumb(project, environment), { text: id }), html`${release.version} <span class="quiet">to ${environment}</span>`, acts(asking, deployment, plan?.hash ?? null))}
${subtitle(deployment, now)}
${inTheWay(asking, deployment)}
${banners(deployment)}
${deployment.verdict === null ? nothing : part('What visitors noticed', verdictPanel(deployment.verdict))}
${plan === null ? nothing : part('Plan', html`<div class="sheet">${planPanel(plan)}</div>`)}
${deployment.settledPlan === null ? nothing : part('Its plan', html`<div class="sheet">${pastPlanPanel(deployment.settledPlan)}</div>`)}
${deployment.startedAt === null ? nothing : part('In time', html`<div class="sheet">${stepChart(deployment, now)}${trafficChart(traffic, release.version)}${scrubber(deployment)}</div>`)}
<div class="two">${part('Record', timeline(deployment, now))}
<div>${part('About it', html`<div class="sheet">${about(asking, deployment)}</div>`)}${logs(deployment)}</div></div>`,
    }
  },
}

function subtitle(deployment: DeploymentDetailView, now: number): Html {
  const { reason, app, release, by, createdAt, startedAt, finishedAt, attempt, retryOf } = deployment
  const of = retryOf === null ? nothing : html` of ${idLink(retryOf)}`
  const again = attempt > 1 ? html`<span class="chip">attempt ${attempt}${of}</span>` : nothing
  return html`<p class="subtitle">${stateSignal(deployment)} <span>${reason} of ${app}</span> ${releaseMark(release)} <span>by ${by}</span> ${when(createdAt, now)} ${took(startedAt, finishedAt, now)} ${again}</p>`
}

function acts({ may, here }: Asking, deployment: DeploymentDetailView, hash: string | null): Html {
  const { id, project, environment, state, outcome, obstacles } = deployment
  const spot = { project, environment }
  const params = { deployment: id }
  const isOver = state === 'finished'
  return html`
${hash !== null && obstacles.approve === null && may('deployments.approve', spot) ? approving(id, hash, here) : nothing}
${obstacles.reject === null && may('deployments.reject', spot) ? rejecting(id, here) : nothing}
${obstacles.cancel === null && may('deployments.cancel', spot) ? cancelling(deployment, here) : nothing}
${obstacles.retry === null && may('deployments.retry', spot) ? form({ route: 'deployments.retry', params, back: here }, button('Try again', 'main')) : nothing}
${isOver && outcome === 'succeeded' && may('reverts.create', { project }) ? reverting(deployment, here) : nothing}`
}

function cancelling({ id, state }: DeploymentDetailView, back: string): Html {
  const then = state === 'rolling' ? 'It goes back to what was served before.' : 'It never begins.'
  return opening(
    'Cancel',
    form({ route: 'deployments.cancel', params: { deployment: id }, back }, [
      html`<p>${then}</p>`,
      button('Cancel it', 'danger'),
    ]),
    'danger',
  )
}

function reverting({ id, project }: DeploymentDetailView, back: string): Html {
  return opening(
    'Make a revert commit',
    form({ route: 'reverts.create', params: { project }, fixed: { 'body.of': id }, back }, [
      html`<p>A commit that takes back what this one changed, on a branch of its own.</p>`,
      button('Make it'),
    ]),
  )
}

/** A yes for exactly this plan. */
function approving(deployment: string, hash: string, back: string): Html {
  const params = { deployment }
  return opening(
    'Approve',
    form({ route: 'deployments.approve', params, fixed: { 'body.plan': hash }, back }, [
      area({ label: 'Comment', name: 'body.comment' }),
      button('Approve this plan', 'main'),
    ]),
  )
}

function rejecting(deployment: string, back: string): Html {
  const params = { deployment }
  return opening(
    'Reject',
    form({ route: 'deployments.reject', params, back }, [
      area({ label: 'Why', name: 'body.reason', required: true }),
      button('Reject', 'danger'),
    ]),
    'danger',
  )
}

/** Why what one might expect here is not offered. */
function inTheWay(
  { may, onlyFor }: Asking,
  { project, environment, state, outcome, obstacles }: DeploymentDetailView,
): Html {
  const spot = { project, environment }
  const isFor = (route: RouteName) => may(route, spot) || onlyFor(route, spot) !== null
  const told = [
    ...(state === 'waiting' ? [obstacles.approve] : []),
    ...(state !== 'finished' && isFor('deployments.cancel') ? [obstacles.cancel] : []),
    ...(state === 'finished' && outcome !== 'succeeded' && isFor('deployments.retry') ? [obstacles.retry] : []),
  ]
  return html`${told.filter((text) => text !== null).map((text) => banner('note', `${text}.`))}`
}

function banners({
  because,
  hint,
  outcome,
  rolledBack,
  supersededBy,
  bake,
  versions,
  wentWithoutTurn,
  comment,
  settledPlan,
}: DeploymentDetailView): Html {
  const bad = outcome === 'failed' || outcome === 'errored'
  return html`${because === null ? nothing : banner(bad ? 'stop' : 'note', html`<span><strong>${because}.</strong> ${hint ?? ''} ${rolledBack ? takenBack(settledPlan) : ''}</span>`)}
${supersededBy === null ? nothing : banner('note', html`<span>Took its place: ${idLink(supersededBy)}</span>`)}
${bake === null ? nothing : banner('note', bake.sentence)}
${versions?.problem ? banner('caution', versions.problem) : nothing}
${wentWithoutTurn ? banner('caution', 'It had waited as long as it may, and went on without its turn.') : nothing}
${comment === null ? nothing : html`<blockquote class="prose quiet">${comment}</blockquote>`}`
}

function takenBack(plan: DeploymentDetailView['settledPlan']): string {
  const isFirst = plan?.plan.from === null
  return isFirst ? 'Nothing was served before, and nothing is now.' : 'What was served before is served again.'
}

/** At the end of one: what visitors get by the last that succeeded. */
function servesNow({ id, live }: DeploymentDetailView): Html {
  if (live === null) return html`nothing`
  return html`${releaseMark(live.release)} by ${live.deployment === id ? 'this deployment' : idLink(live.deployment)}`
}

function verdictPanel(verdict: VerdictView): Html {
  const { requests, dropped, retried, serverErrors, clientGone, probes, probesFailed, p50Ms, p99Ms, lost } = verdict
  return html`<div class="sheet"><p class="verdict ${dropped === 0 ? 'well' : 'failing'}"><b>${verdict.sentence}</b></p>
${facts([
  ['Requests', requests],
  ['Dropped', dropped],
  ['5xx by the app', serverErrors],
  ['Sent again safely', retried],
  ['Left by the visitor', clientGone],
  ['Own probes', `${probes - probesFailed} of ${probes} answered`],
  ...(p50Ms === null ? [] : [['p50', `≤ ${p50Ms} ms`] as const]),
  ...(p99Ms === null ? [] : [['p99', `≤ ${p99Ms} ms`] as const]),
])}
${table(
  'Requests that were lost',
  ['When', 'Request', 'Instance', 'Why'],
  lost.map(({ at, method, path, instance, why }) => [
    html`<time datetime="${new Date(at).toISOString()}" data-kind="exact">${new Date(at).toISOString()}</time>`,
    html`<code>${method} ${path}</code>`,
    instance ?? '',
    why,
  ]),
)}</div>`
}

function scrubber({ startedAt, finishedAt }: DeploymentDetailView): Html {
  if (startedAt === null || finishedAt === null) return nothing
  const ms = Math.max(1, finishedAt - startedAt)
  return html`<p class="scrub" data-keep><label class="hidden" for="scrub">Moment of the deployment</label><input id="scrub" type="range" min="0" max="${ms}" value="${ms}" step="any"><output for="scrub">the end</output></p>`
}

function timeline({ timeline: all, startedAt, createdAt }: DeploymentDetailView, now: number): Html {
  const zero = startedAt ?? createdAt
  return html`<ol class="timeline">${all.map((fact) => entry(fact, zero, now))}</ol>`
}

function entry(fact: FactView, zero: number, now: number): Html {
  const ms = fact.at - zero
  const at = ms < 0 ? when(fact.at, now) : html`<span title="${new Date(fact.at).toISOString()}">+${brief(ms)}</span>`
  return html`<li class="${factMark(fact)}" data-ms="${ms}" id="f${fact.seq}"><span class="at">${at}</span><span>${factWords(fact).replace(/^deployment /, '')}${fact.by === 'signalbox' ? nothing : html` <span class="quiet">by ${fact.by}</span>`}</span></li>`
}

function about(asking: Asking, deployment: DeploymentDetailView): Html {
  const { now } = asking
  const { project, environment, state, url, release, variables, scale, approvals, carries, expiresAt, versions } =
    deployment
  const { energy } = deployment
  const ran = versions === null ? [] : Object.entries(versions.instances)
  return facts([
    ['Environment', placeLink(asking, project, environment)],
    ...(state === 'finished' ? [['Live now', servesNow(deployment)] as const] : []),
    ...(url === null ? [] : [['Visitors reach it at', linkTo(url, url)] as const]),
    ['Commit', html`<code>${release.commit}</code>`],
    ['Archive', html`<code>${release.digest}</code>`],
    ...(energy.total === null ? [] : [['Took', deploymentTook(energy)] as const]),
    ...(variables === null ? [] : [['Variables', `version ${variables}`] as const]),
    ...Object.entries(scale).map(([name, count]) => [`Instances of ${name}`, count] as const),
    ...approvals.map(
      ({ by, at, comment }) =>
        ['Approved', html`${by} ${when(at, now)}${comment === null ? nothing : html`: ${comment}`}`] as const,
    ),
    ...carries.map(({ deployment: id, by }) => ['Carries', html`${idLink(id)} by ${by}`] as const),
    ...(expiresAt === null ? [] : [['Gives up', when(expiresAt, now)] as const]),
    ...ran.map(([instance, version]) => [instance, html`<code>${version}</code>`] as const),
  ])
}

function logs({ id, smoke, timeline: all }: DeploymentDetailView): Html {
  const hasMigrated = all.some(({ kind }) => kind === 'deployment.migrate')
  const links = [
    ...(hasMigrated ? [['migrations', `${id}-migrate`] as const] : []),
    ...(smoke === null ? [] : [[`smoke test: ${smoke.outcome ?? 'under way'}`, smoke.log] as const]),
  ]
  if (links.length === 0) return nothing
  return part('Logs', html`<ul>${links.map(([text, log]) => html`<li><a href="/logs/${log}">${text}</a></li>`)}</ul>`)
}
