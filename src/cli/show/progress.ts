import type { DeploymentDetailView, FactView } from '../../api/views.ts'
import { plural, releaseText } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, dim, type Text, yellow } from '../text.ts'
import { afterwordLines, deploymentLine, stateText } from './deployment.ts'

/** What is new since the last look at a deployment: a line for each step that has begun, and at last how it ended. */
export function progressLines(before: DeploymentDetailView | null, now: DeploymentDetailView): readonly Text[] {
  const isNewState = before?.state !== now.state
  const seen = before?.phases.length ?? 0
  const fresh = now.phases.slice(seen).flatMap((_, at) => stepLines(now, seen + at))
  return [
    ...(before === null ? [headline(now)] : []),
    ...(isNewState && (now.state === 'waiting' || now.state === 'queued') ? [['  ', stateText(now)]] : []),
    ...fresh,
    ...(isNewState && now.state === 'finished' ? [deploymentLine(now), ...afterwordLines(now)] : []),
  ]
}

function headline(now: DeploymentDetailView): Text {
  return [bold(now.id), `  ${now.environment}/${now.app}  ${releaseText(now.release)}, ${now.reason} by ${now.by}`]
}

function stepLines(now: DeploymentDetailView, index: number): readonly Text[] {
  return [...accountLines(now, index - 1), ...turnLines(now, index), phaseLine(now, index)]
}

/** Told where the steps back begin; a quick way back may be over before the first look at it. */
export function turnLines({ phases, timeline }: DeploymentDetailView, index: number): readonly Text[] {
  const turn = timeline.find(({ kind }) => kind === 'deployment.reverting')
  const [before, phase] = [phases[index - 1], phases[index]]
  if (turn === undefined || phase === undefined || phase.at < turn.at || (before?.at ?? 0) >= turn.at) return []
  const { reason, outcome } = turn.data
  return [yellow(`  going back: ${reason ?? outcome}`)]
}

function phaseLine(now: DeploymentDetailView, index: number): Text {
  const { startedAt, phases } = now
  const phase = phases[index]
  if (phase === undefined) return ''
  return [dim(`  +${brief(phase.at - (startedAt ?? phase.at))}`.padEnd(10)), stepWords(now, index)]
}

/** `place d42-web-1, d42-web-2`: what is being done, or was. */
export function stepWords(now: DeploymentDetailView, index: number): string {
  const { phases, step } = now
  if (index === phases.length - 1 && step !== null) return step.doing
  const instances = listIn(doneFact(now, index)?.data.instances).map(String)
  return `${phases[index]?.name ?? ''} ${instances.join(', ')}`.trimEnd()
}

/** What was still being answered when an instance left the routing, and what became of it. */
export function accountLines(now: DeploymentDetailView, index: number): readonly Text[] {
  const fact = doneFact(now, index)
  if (fact?.kind !== 'deployment.drain') return []
  return listIn(fact.data.account).flatMap((account) => {
    const { instance, inFlight, msToZero, cut } = recordIn(account)
    if (typeof inFlight !== 'number' || inFlight === 0) return []
    const ended = Number(cut) > 0 ? yellow(`${cut} cut`) : 'none cut'
    const text = `${plural(inFlight, 'request')} in flight, to zero in ${brief(Number(msToZero))}, `
    return [[' '.repeat(12), dim(`${instance}: ${text}`), ended]]
  })
}

/** A step is recorded in the moment in which the next one begins. */
function doneFact({ phases, timeline, finishedAt }: DeploymentDetailView, index: number): FactView | undefined {
  const phase = phases[index]
  const endedAt = phases[index + 1]?.at ?? finishedAt
  return timeline.find(({ kind, at }) => kind === `deployment.${phase?.name}` && at === endedAt)
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {}
}
