import type { DeploymentDetailView, EnergyInsightsView, EnergyView, LapView } from '../../api/views.ts'
import type { Deployment } from '../../domain/deployment.ts'
import { type Energy, type LapKept, sumOf } from '../../domain/energy.ts'
import { gramsOf } from '../../domain/energy-trend.ts'
import type { EnergyInsights } from '../../engine/insights.ts'
import type { Store } from '../../store/store.ts'

export function energyView(energy: Energy | null): EnergyView | null {
  if (energy === null) return null
  const { joules, low, high, gridGrams, madeGrams, basis } = energy
  const grams = { grams: rounded(gramsOf(energy)), gridGrams: rounded(gridGrams), madeGrams: rounded(madeGrams) }
  return { joules: rounded(joules), low: rounded(low), high: rounded(high), ...grams, basis }
}

/** `attempt` is `r17/test/1`. */
export function lapView({ attempt, step, name, durationMs, cpuMs, energy }: LapKept): LapView {
  const words = attempt.split('/')
  const per = (value: number | undefined) =>
    value === undefined || durationMs === 0 ? null : rounded(value / durationMs)
  return {
    ...{ job: words.slice(1, -1).join('/'), attempt: Number(words.at(-1)), step, name, durationMs },
    ...{ cpuMs: cpuMs === null ? null : Math.round(cpuMs), cores: per(cpuMs ?? undefined) },
    watts: per(energy === null ? undefined : energy.joules * 1000),
    energy: energyView(energy),
  }
}

export function deploymentEnergy(store: Store, { id, release }: Deployment): DeploymentDetailView['energy'] {
  const run = store.releases.get(release.id)?.run ?? null
  const [build, own] = [run === null ? null : store.energies.total(run), store.energies.total(id)]
  return { run, build: energyView(build), own: energyView(own), total: energyView(sumOf([build, own])) }
}

export function energyInsightsView({ now, before, days }: EnergyInsights): EnergyInsightsView {
  const spent = ({ total, perRun }: EnergyInsights['now']) => ({ total: energyView(total), perRun })
  const rows = days.map(({ day, joules, grams, runs }) => ({
    day,
    joules: rounded(joules),
    grams: rounded(grams),
    runs,
  }))
  return { now: spent(now), before: spent(before), days: rows }
}

/** To a millionth: an estimate has no more to say. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
