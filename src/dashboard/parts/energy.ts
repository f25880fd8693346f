import type { DeploymentDetailView, EnergyView, InsightsView, LapView } from '../../api/views.ts'
import { bases, basisWords } from '../../domain/energy.ts'
import { gramsText, joulesText, lapTexts } from '../../lib/energy-text.ts'
import { plural } from '../../lib/short-text.ts'
import { type Html, html, nothing } from '../html.ts'
import { daily } from './day-bars.ts'
import { idLink, projectPath } from './place.ts'
import { type Cell, part, table } from './table.ts'

/** What the jobs of a run took, lap by lap; nothing where nothing has ended yet. */
export function lapsPart(laps: readonly LapView[], energy: EnergyView | null): Html {
  if (laps.length === 0) return nothing
  return part('What it took', html`${estimate(energy)}${folded('Lap by lap', lapTable(laps))}`)
}

/** The same of one job, folded: its log is what people come for. */
export function lapsFolded(laps: readonly LapView[]): Html {
  if (laps.length === 0) return nothing
  const energy = togetherOf(laps.map((lap) => lap.energy))
  return folded(`Took ${known(energy, about)}`, html`${estimate(energy)}${lapTable(laps)}`)
}

function lapTable(laps: readonly LapView[]): Html {
  const head = ['Job', 'Lap', 'Time', 'Processor', 'Cores', 'Energy', 'Power', 'CO2e']
  return table('What each lap took', head, laps.map(lapRow))
}

function lapRow({ job, attempt, name, ...lap }: LapView): readonly Cell[] {
  const tried = html`${job}${attempt > 1 ? html` <span class="quiet">attempt ${attempt}</span>` : nothing}`
  return [tried, name, ...lapTexts(lap, dash)]
}

const dash = '\u2013'

function known<T>(value: T | null, show: (value: T) => string): string {
  return value === null ? dash : show(value)
}

function estimate(energy: EnergyView | null): Html {
  if (energy === null) return html`<p class="quiet">Nobody could tell.</p>`
  return html`<p><strong>${about(energy)}</strong> <span class="quiet">An estimate, ${basisWords[energy.basis]}: likely ${range(energy)}.</span></p>`
}

function about({ joules, grams }: EnergyView): string {
  return `about ${joulesText(joules)}, ${gramsText(grams)} CO2e`
}

function range({ low, high }: EnergyView): string {
  return `from ${joulesText(low)} to ${joulesText(high)}`
}

/** What a deployment took, and what of it was building its release. */
export function deploymentTook({ run, build, own, total }: DeploymentDetailView['energy']): Html {
  if (total === null) return nothing
  const both = build !== null && own !== null
  const parts = [
    ...(run === null || build === null
      ? []
      : [html`${both ? `${joulesText(build.joules)} ` : ''}to build it in ${idLink(run)}`]),
    ...(own === null ? [] : [html`${both ? `${joulesText(own.joules)} ` : ''}for what ran for it alone`]),
  ]
  return html`<span title="likely ${range(total)}">${about(total)}</span> <span class="quiet">${parts.map((each, at) => html`${at === 0 ? '' : ', '}${each}`)}</span>`
}

/** What a command took. */
export function commandTook(energy: EnergyView): Html {
  return html`<span title="likely ${range(energy)}">${about(energy)}</span>`
}

type Project = InsightsView['projects'][number]
type Spent = Project['energy']['now']

/** What all that was run took, day by day and by project, beside the time before. */
export function energyTrend(projects: readonly Project[]): Html {
  const all = projects.filter(({ energy: { now, before } }) => now.total !== null || before.total !== null)
  if (all.length === 0) return nothing
  const [now, before] = [together(all, 'now'), together(all, 'before')]
  const days = daysOf(all)
  return part(
    'Energy',
    html`<div class="numbers">
${number('Energy', now === null ? '\u2013' : joulesText(now.joules), now === null ? 'no samples' : `likely ${range(now)}`, before === null ? null : joulesText(before.joules))}
${number('CO2e', now === null ? '\u2013' : gramsText(now.grams), now === null ? 'no samples' : `${gramsText(now.gridGrams)} by the grid, the rest by making the machine`, before === null ? null : gramsText(before.grams))}
</div>${energyBars(days, before)}${byProject(all)}${byDay(days)}
<p class="quiet">Estimates of what was run, by the processor time of their own processes: checks, builds, smoke steps, and commands in environments. Applications are not in it.</p>`,
  )
}

function together(projects: readonly Project[], when: 'now' | 'before'): EnergyView | null {
  return togetherOf(projects.map(({ energy }) => energy[when].total))
}

function togetherOf(all: readonly (EnergyView | null)[]): EnergyView | null {
  const known = all.filter((each) => each !== null)
  return known.length === 0 ? null : known.reduce(plus)
}

function plus(one: EnergyView, other: EnergyView): EnergyView {
  return {
    ...{ joules: one.joules + other.joules, low: one.low + other.low, high: one.high + other.high },
    basis: bases.indexOf(one.basis) > bases.indexOf(other.basis) ? one.basis : other.basis,
    ...{ grams: one.grams + other.grams, gridGrams: one.gridGrams + other.gridGrams },
    madeGrams: one.madeGrams + other.madeGrams,
  }
}

type Day = Project['energy']['days'][number]

/** The days of all projects are the same. */
function daysOf([first, ...others]: readonly Project[]): readonly Day[] {
  return (first?.energy.days ?? []).map((day, at) => {
    const same = others.flatMap(({ energy }) => energy.days[at] ?? [])
    const sum = (of: (each: Day) => number) => [day, ...same].reduce((total, each) => total + of(each), 0)
    return {
      day: day.day,
      joules: sum((each) => each.joules),
      grams: sum((each) => each.grams),
      runs: sum((each) => each.runs),
    }
  })
}

function energyBars(days: readonly Day[], before: EnergyView | null): Html {
  const mean = before === null ? null : before.joules / Math.max(1, days.length)
  const most = Math.max(...days.map(({ joules }) => joules), mean ?? 0)
  if (most === 0) return nothing
  return daily({
    label: `Energy in ${days.length} days, at most ${joulesText(most)} a day`,
    ...{ most, height: 110 },
    level: mean === null ? null : { value: mean, says: `in the time before: ${joulesText(mean)} a day` },
    days: days.map(({ day, joules, grams, runs }) => {
      const says = `${joulesText(joules)}, ${gramsText(grams)} CO2e, ${plural(runs, 'run')}`
      return { day, says, bars: { 'bar-new': joules } }
    }),
  })
}

function byProject(projects: readonly Project[]): Html {
  const rows = projects.map(({ name, energy: { now, before } }) => [
    html`<a href="${projectPath(name)}">${name}</a>`,
    ...[energyOf(now), energyOf(before)],
    known(now.total, ({ grams }) => gramsText(grams)),
    ...[perRun(now), perRun(before)],
  ])
  return table('Energy by project', ['Project', 'Energy', 'Before', 'CO2e', 'A run', 'A run before'], rows)
}

function energyOf({ total }: Spent): string {
  return known(total, ({ joules }) => joulesText(joules))
}

function perRun({ perRun: { medianJoules, n } }: Spent): string {
  return known(medianJoules, (joules) => `${joulesText(joules)}, the middle of ${n}`)
}

function byDay(days: readonly Day[]): Html {
  const rows = days
    .filter(({ joules }) => joules > 0)
    .map(({ day, joules, grams, runs }) => [day, joulesText(joules), gramsText(grams), runs])
  return folded('Day by day', table('Energy day by day', ['Day', 'Energy', 'CO2e', 'Runs'], rows))
}

function number(label: string, value: string, beside: string, before: string | null): Html {
  return html`<div class="number"><span class="quiet">${label}</span><b>${value}</b><small>${beside}</small>${before === null ? nothing : html`<small class="quiet">${before} in the time before</small>`}</div>`
}

function folded(summary: string, content: Html): Html {
  return html`<details class="folded"><summary class="quiet">${summary}</summary>${content}</details>`
}
