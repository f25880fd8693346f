import type { InsightsView, MeasuresView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Page } from '../page.ts'
import { dayBars } from '../parts/day-bars.ts'
import { energyTrend } from '../parts/energy.ts'
import { projectPath } from '../parts/place.ts'
import { part, table } from '../parts/table.ts'
import { emptiness } from '../parts/words.ts'

const spans = ['7', '30', '90', '365']

/** How often, how soon and how well changes come to production: the four numbers of DORA, with how many they are of. */
export const insightsPage: Page = {
  path: '/insights',
  async show({ ask, query }) {
    const days = query.days !== undefined && spans.includes(query.days) ? query.days : '30'
    const { projects } = await ask('insights', { query: { days } })
    const busy = projects.filter((project) => project.days.some(({ deployments }) => deployments > 0))
    const idle = projects.filter((project) => !busy.includes(project))
    return {
      title: 'Insights',
      ...{ mark: null, section: 'insights', about: null },
      body: html`${heading([], 'Insights', html`${spans.map((span) => html`<a class="button" href="/insights?days=${span}" ${span === days ? html`aria-current="true"` : nothing}>${span} days</a>`)}`)}
${busy.length === 0 ? emptiness('Nothing has come to production in this time.') : nothing}
${busy.map((project) => projectPart(project))}
${idle.length === 0 || busy.length === 0 ? nothing : html`<p class="quiet">Nothing came to production of ${idle.map(({ name }) => html`<a href="${projectPath(name)}">${name}</a> `)}</p>`}
${energyTrend(projects)}
<p class="quiet">Medians over what happened in the time named, each with how many it is of. Production is what is protected, or the last wave.</p>`,
    }
  },
}

function projectPart({ name, now, before, days, tracks }: InsightsView['projects'][number]): Html {
  return part(
    name,
    html`<div class="numbers">
${number('Deployment frequency', now.frequency.perWeek, before.frequency.perWeek, { show: (n) => `${round(n)} a week`, n: now.frequency.n, isLessBetter: false })}
${number('Lead time for changes', now.leadTime.medianMs, before.leadTime.medianMs, { show: brief, n: now.leadTime.n, isLessBetter: true })}
${number('Change fail rate', now.failRate.rate, before.failRate.rate, { show: (n) => `${round(n * 100)} %`, n: now.failRate.n, isLessBetter: true })}
${number('Failed deployment recovery', now.recovery.medianMs, before.recovery.medianMs, { show: brief, n: now.recovery.n, isLessBetter: true })}
</div>${dayBars(days)}${tracks.length < 2 ? nothing : trackTable(tracks)}`,
    html`<a href="${projectPath(name)}">To the project</a>`,
  )
}

interface Showing {
  readonly show: (value: number) => string
  readonly n: number
  readonly isLessBetter: boolean
}

function number(label: string, now: number | null, before: number | null, { show, n, isLessBetter }: Showing): Html {
  const isBetter = now !== null && before !== null && (isLessBetter ? now < before : now > before)
  const trend =
    now === null || before === null || now === before
      ? nothing
      : html`<span class="${isBetter ? 'well' : 'waiting'}">${isBetter ? 'better' : 'worse'} than ${show(before)} before</span>`
  return html`<div class="number"><span class="quiet">${label}</span><b>${now === null ? '–' : show(now)}</b><small>${now === null ? 'no samples' : `of ${n}`} ${trend}</small></div>`
}

function round(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)
}

function trackTable(tracks: InsightsView['projects'][number]['tracks']): Html {
  const told = ({ frequency, leadTime, failRate, recovery }: MeasuresView) => [
    frequency.perWeek === null ? '–' : `${round(frequency.perWeek)} a week (${frequency.n})`,
    leadTime.medianMs === null ? '–' : `${brief(leadTime.medianMs)} (${leadTime.n})`,
    failRate.rate === null ? '–' : `${round(failRate.rate * 100)} % (${failRate.failed} of ${failRate.n})`,
    recovery.medianMs === null ? '–' : `${brief(recovery.medianMs)} (${recovery.n})`,
  ]
  return table(
    'By app',
    ['App', 'Environment', 'Frequency', 'Lead time', 'Fail rate', 'Recovery'],
    tracks.map(({ app, environment, now }) => [app, environment, ...told(now)]),
  )
}
