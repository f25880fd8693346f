import type { DeploymentDetailView, EnergyInsightsView, EnergyView, LapView, RunDetailView } from '../../api/views.ts'
import { basisWords } from '../../domain/energy.ts'
import { gramsText, joulesText, lapTexts } from '../../lib/energy-text.ts'
import { plural } from '../../lib/short-text.ts'
import { dim, listing, type Text } from '../text.ts'

/** What a run took, a line a lap, and all of it. */
export function lapLines({ laps, energy }: RunDetailView): readonly Text[] {
  if (laps.length === 0) return []
  return [
    '',
    ...listing(['job', 'lap', 'time', 'cpu', 'cores', 'energy', 'power', 'CO2e'], laps.map(lapRow)),
    energy === null ? dim('Nobody could tell what it took.') : ['In all ', energyText(energy)],
    ...(energy === null ? [] : [dim(basisLine(energy))]),
  ]
}

/** `about 42 J (28 to 63 J), 12 mg CO2e`. */
function energyText({ joules, low, high, grams }: EnergyView): string {
  return `about ${joulesText(joules)} (${joulesText(low)} to ${joulesText(high)}), ${gramsText(grams)} CO2e`
}

/** What a deployment took, and what of it was the build. */
export function deploymentEnergyLines({ energy: { run, build, own, total } }: DeploymentDetailView): readonly Text[] {
  if (total === null) return []
  const both = build !== null && own !== null
  const parts = [
    ...(build === null ? [] : [`${both ? `${joulesText(build.joules)} ` : ''}to build it in ${run}`]),
    ...(own === null ? [] : [`${both ? `${joulesText(own.joules)} ` : ''}for what ran for it alone`]),
  ]
  return [[dim('  took '), energyText(total), dim(`, ${parts.join(', ')}`)]]
}

/** What a project took, beside the time before. */
export function energyRows({ now, before }: EnergyInsightsView): readonly (readonly Text[])[] {
  const total = ({ total }: typeof now) => (total === null ? '-' : joulesText(total.joules))
  const grams = ({ total }: typeof now) => (total === null ? '-' : gramsText(total.grams))
  const median = ({ perRun: { medianJoules } }: typeof now) => (medianJoules === null ? '-' : joulesText(medianJoules))
  const runs = plural(now.perRun.n, 'run')
  return [
    ['energy', total(now), total(before), runs],
    ['CO2e', grams(now), grams(before), runs],
    ['energy of a run', median(now), median(before), runs],
  ]
}

function basisLine({ basis }: EnergyView): string {
  return `An estimate, ${basisWords[basis]}.`
}

function lapRow({ job, attempt, name, ...lap }: LapView): readonly Text[] {
  return [attempt > 1 ? `${job} (attempt ${attempt})` : job, name, ...lapTexts(lap, '-')]
}
