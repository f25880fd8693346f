import type { DeploymentDetailView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, cyan, dim, green, red, type Text } from '../text.ts'
import { stateText } from './deployment.ts'
import type { Moment } from './moment.ts'
import { accountLines, stepWords, turnLines } from './progress.ts'

/** A deployment, below it its steps, and below each what became of its instances. */
export function deploymentRows(deployment: DeploymentDetailView, moment: Moment): readonly Text[] {
  const { phases, state } = deployment
  const waits = state === 'waiting' || state === 'queued' ? [['  ', stateText(deployment)]] : []
  return [head(deployment, moment), ...waits, ...phases.flatMap((_, at) => stepRows(deployment, at, moment))]
}

function head(deployment: DeploymentDetailView, moment: Moment): Text {
  const { id, environment, app, release, reason, by, startedAt, finishedAt } = deployment
  const took = startedAt === null ? '' : dim(`  ${brief((finishedAt ?? moment.now) - startedAt)}`)
  return [
    markOf(deployment, moment),
    ' ',
    bold(id),
    `  ${environment}/${app}  ${releaseText(release)}, ${reason} by ${by}`,
    took,
  ]
}

function markOf({ state, outcome }: DeploymentDetailView, { mark }: Moment): Text {
  if (state !== 'finished') return cyan(mark)
  return outcome === 'succeeded' ? green('✓') : red('✗')
}

function stepRows(deployment: DeploymentDetailView, index: number, moment: Moment): readonly Text[] {
  return [...turnLines(deployment, index), stepRow(deployment, index, moment), ...accountLines(deployment, index)]
}

function stepRow(deployment: DeploymentDetailView, index: number, moment: Moment): Text {
  const { phases, finishedAt, step } = deployment
  const endedAt = phases[index + 1]?.at ?? finishedAt
  const took = dim(`  ${brief((endedAt ?? moment.now) - (phases[index]?.at ?? 0))}`)
  const of = endedAt === null && step !== null ? dim(` (${step.at} of ${step.of})`) : ''
  return ['  ', endedAt === null ? cyan(moment.mark) : green('✓'), ' ', stepWords(deployment, index), of, took]
}
