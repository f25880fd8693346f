import type { InsightsView, MeasuresView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, dim, listing, type Text } from '../text.ts'
import { energyRows } from './energy.ts'

/** The four measures of each project, beside those of the time before; below, of each app in each environment. */
export function insightsLines({ period, projects }: InsightsView): readonly Text[] {
  if (projects.length === 0) return ['No project here has such an environment.']
  const days = Math.round((period.to - period.from) / dayMs)
  return projects.flatMap(({ name, now, before, tracks, energy }) => [
    [bold(name), dim(`, ${plural(days, 'day')} to today, and as many before`)],
    ...listing(['', 'now', 'before', 'of'], [...measureRows(now, before), ...energyRows(energy)]),
    ...listing(['where', 'deployments', 'lead time', 'failed', 'recovery'], tracks.map(trackRow)),
  ])
}

const dayMs = 86_400_000

function measureRows(now: MeasuresView, before: MeasuresView): readonly (readonly Text[])[] {
  const { frequency, leadTime, failRate, recovery } = now
  return [
    ['deployments', perWeek(now), perWeek(before), plural(frequency.n, 'deployment')],
    ['lead time', lead(now), lead(before), plural(leadTime.n, 'commit')],
    ['change fail rate', percent(now), percent(before), causes(failRate)],
    ['recovery time', span(recovery.medianMs), span(before.recovery.medianMs), recoveries(recovery)],
  ]
}

type Track = InsightsView['projects'][number]['tracks'][number]

function trackRow({ app, environment, now }: Track): readonly Text[] {
  return [`${environment}/${app}`, perWeek(now), lead(now), percent(now), span(now.recovery.medianMs)]
}

function perWeek({ frequency }: MeasuresView): string {
  return frequency.perWeek === null ? '-' : `${frequency.perWeek.toFixed(1)} a week`
}

function lead({ leadTime: { medianMs, p90Ms } }: MeasuresView): string {
  return medianMs === null || p90Ms === null ? '-' : `${brief(medianMs)}, 90% in ${brief(p90Ms)}`
}

function percent({ failRate: { rate } }: MeasuresView): string {
  return rate === null ? '-' : `${Math.round(rate * 100)}%`
}

function span(ms: number | null): string {
  return ms === null ? '-' : brief(ms)
}

function causes({ n, failed, causes: { failed: ended, errored, rolled_back, reverted } }: MeasuresView['failRate']) {
  const told = Object.entries({ failed: ended, errored, 'rolled back': rolled_back, reverted })
    .filter(([, count]) => count > 0)
    .map(([cause, count]) => `${count} ${cause}`)
  return `${failed} of ${plural(n, 'deployment')}${told.length === 0 ? '' : `: ${told.join(', ')}`}`
}

function recoveries({ n, open }: MeasuresView['recovery']): string {
  return `${n} recovered${open === 0 ? '' : `, ${open} not yet`}`
}
