import { logOf } from '../../api/log-name.ts'
import { heading } from '../frame.ts'
import { html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { area, button, form, opening } from '../parts/form.ts'
import { logPanel } from '../parts/log.ts'
import { markOf, stateSignal, stateWord } from '../parts/mark.ts'
import { environmentCrumb, pageOf, projectCrumbs } from '../parts/place.ts'
import { facts, part, table } from '../parts/table.ts'
import { banner, releaseMark, took, when } from '../parts/words.ts'

const pageBytes = 256 * 1024

/** A command that ran, runs or waits for a yes, with what it printed. */
export const oneOffPage: Page = {
  path: '/one-offs/:oneOff',
  async show(asking) {
    const { ask, now, may, here } = asking
    const params = { oneOff: param(asking, 'oneOff') }
    const oneOff = await ask('one-offs.show', { params })
    const { id, project, track, command, name, state, by, comment, reason, plan, results, release, exitCode } = oneOff
    const { obstacles } = oneOff
    const environment = track.split('/')[2] ?? ''
    const spot = { project, environment }
    const isOver = state === 'finished'
    return {
      title: `${id} ${stateWord(oneOff)} · ${environment}`,
      ...{ mark: markOf(oneOff), section: 'overview', about: [project] },
      body: html`${heading(
        projectCrumbs(project, environmentCrumb(project, environment), { text: id }),
        html`<code>${name ?? command.join(' ')}</code>`,
        html`
${plan !== null && obstacles.approve === null && may('one-offs.approve', spot) ? opening('Approve', form({ route: 'one-offs.approve', params, fixed: { 'body.plan': plan.hash }, back: here }, [area({ label: 'Comment', name: 'body.comment' }), button('Approve', 'main')])) : nothing}
${obstacles.reject === null && may('one-offs.reject', spot) ? opening('Reject', form({ route: 'one-offs.reject', params, back: here }, [area({ label: 'Why', name: 'body.comment' }), button('Reject', 'danger')]), 'danger') : nothing}
${obstacles.cancel === null && may('one-offs.cancel', spot) ? form({ route: 'one-offs.cancel', params, back: here }, button('Cancel', 'danger')) : nothing}`,
      )}
<p class="subtitle">${stateSignal(oneOff)} ${releaseMark(release)} <span>by ${by}</span> ${when(oneOff.createdAt, now)} ${took(oneOff.startedAt, oneOff.finishedAt, now)} ${oneOff.destructive ? html`<span class="chip stop">destructive</span>` : nothing} ${oneOff.dryRun ? html`<span class="chip">dry run</span>` : nothing}</p>
${state !== 'waiting' || obstacles.approve === null ? nothing : banner('note', `${obstacles.approve}.`)}
${reason === null ? nothing : banner(oneOff.outcome === 'succeeded' ? 'note' : 'stop', reason)}
${comment === null ? nothing : html`<blockquote class="prose quiet">${comment}</blockquote>`}
<div class="sheet part">${facts([['Words', html`<code>${command.join(' ')}</code>`], ['Exit code', exitCode ?? ''], ['On', oneOff.instances.join(', ') || 'once, beside the instances'], ...oneOff.approvals.map((each) => ['Approved', html`${each.by} ${when(each.at, now)} ${each.comment ?? ''}`] as const)])}</div>
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
