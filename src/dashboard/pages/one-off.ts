import { logOf } from '../../api/log-name.ts'
import type { OneOffDetailView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { commandTook } from '../parts/energy.ts'
import { button, form, opening } from '../parts/form.ts'
import { logPanel } from '../parts/log.ts'
import { markOf, stateSignal, stateWord } from '../parts/mark.ts'
import { approving, rejecting } from '../parts/one-off-acts.ts'
import { environmentCrumb, pageOf, projectCrumbs } from '../parts/place.ts'
import { facts, part, table } from '../parts/table.ts'
import { banner, releaseMark, took, when } from '../parts/words.ts'

const pageBytes = 256 * 1024

/** A command that ran, runs or waits for a yes, with what it printed. */
export const oneOffPage: Page = {
  path: '/one-offs/:oneOff',
  async show(asking) {
    const { ask, now } = asking
    const params = { oneOff: param(asking, 'oneOff') }
    const oneOff = await ask('one-offs.show', { params })
    const { id, project, track, command, name, state, by, comment, reason, results, release } = oneOff
    const { obstacles } = oneOff
    const environment = track.split('/')[2] ?? ''
    const isOver = state === 'finished'
    return {
      title: `${id} ${stateWord(oneOff)} · ${environment}`,
      ...{ mark: markOf(oneOff), section: 'overview', about: [project] },
      body: html`${heading(
        projectCrumbs(project, environmentCrumb(project, environment), { text: id }),
        html`<code>${name ?? command.join(' ')}</code>`,
        acts(asking, oneOff),
      )}
<p class="subtitle">${stateSignal(oneOff)} ${releaseMark(release)} <span>by ${by}</span> ${when(oneOff.createdAt, now)} ${took(oneOff.startedAt, oneOff.finishedAt, now)} ${kindOf(oneOff)}</p>
${state !== 'waiting' || obstacles.approve === null ? nothing : banner('note', `${obstacles.approve}.`)}
${reason === null ? nothing : banner(oneOff.outcome === 'succeeded' ? 'note' : 'stop', reason)}
${comment === null ? nothing : html`<blockquote class="prose quiet">${comment}</blockquote>`}
<div class="sheet part">${facts(about(oneOff, now))}</div>
${
  results.length === 0
    ? nothing
    : part(
        'On each instance',
        table(
          'Results',
          ['Instance', 'Exit code', ''],
          results.map((each) => [each.instance, each.exitCode ?? '', each.reason ?? '']),
        ),
      )
}
${part('What it printed', await logOfCommand(asking, { log: id, isOver }))}`,
    }
  },
}

function kindOf({ destructive, dryRun }: OneOffDetailView): Html {
  return html`${destructive ? html`<span class="chip stop">destructive</span>` : nothing} ${dryRun ? html`<span class="chip">dry run</span>` : nothing}`
}

function about({ command, exitCode, instances, approvals, energy }: OneOffDetailView, now: number) {
  const yeses = approvals.map(
    ({ by, at, comment }) => ['Approved', html`${by} ${when(at, now)} ${comment ?? ''}`] as const,
  )
  return [
    ['Words', html`<code>${command.join(' ')}</code>`],
    ['Exit code', exitCode ?? ''],
    ['On', instances.join(', ') || 'once, beside the instances'],
    ...(energy === null ? [] : [['Took', commandTook(energy)] as const]),
    ...yeses,
  ] as const
}

/** What can be answered and ended by whoever looks. */
function acts(asking: Asking, oneOff: OneOffDetailView): Html {
  const { id, project, track, obstacles, plan } = oneOff
  const spot = { project, environment: track.split('/')[2] ?? '' }
  const act = { params: { oneOff: id }, back: asking.here }
  const may = (name: keyof typeof obstacles) => obstacles[name] === null && asking.may(`one-offs.${name}`, spot)
  return html`
${plan !== null && may('approve') ? opening('Approve', approving(act, plan.hash)) : nothing}
${may('reject') ? opening('Reject', rejecting(act), 'danger') : nothing}
${may('cancel') ? form({ ...act, route: 'one-offs.cancel' }, button('Cancel', 'danger')) : nothing}`
}

async function logOfCommand(
  { ask, query, here }: Asking,
  { log, isOver }: { readonly log: string; readonly isOver: boolean },
) {
  const at = /^\d{1,15}$/.test(query.at ?? '') ? Number(query.at) : -pageBytes
  const shown = await ask('one-offs.log', { params: { oneOff: log }, query: { offset: at } })
  const path = here.split('?')[0] ?? here
  const isLast = at < 0 || shown.lines.length === 0
  return logPanel({
    ...{ part: shown, find: null },
    follow: isOver || !isLast ? null : `/one-offs/${log}/follow?offset=${shown.next}`,
    earlier: shown.offset === 0 ? null : `${path}?at=${Math.max(0, shown.offset - pageBytes)}`,
    later: isLast ? null : `${path}?at=${shown.next}`,
  })
}

/** The log of something that a deployment ran: its migrations, its smoke test. */
export const logPage: Page = {
  path: '/logs/:log',
  async show(asking) {
    const log = param(asking, 'log')
    const of = logOf(log)
    const up = of === null ? '/' : pageOf(of.id)
    return {
      title: log,
      ...{ mark: null, section: 'overview', about: [] },
      body: html`${heading(
        [
          { text: 'Overview', path: '/' },
          { text: of?.id ?? log, path: up },
        ],
        log,
      )}${await logOfCommand(asking, { log, isOver: false })}`,
    }
  },
}
