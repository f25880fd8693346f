import type { DeploymentView } from '../../api/views.ts'
import { bold, dim, type Text, yellow } from '../text.ts'
import { deploymentLine, lostLines, stateText } from './deployment.ts'
import { brief } from './time.ts'
import { releaseText } from './words.ts'

/** What is new since the last look at a deployment: a line for each step that has begun, and at last how it ended. */
export function progressLines(before: DeploymentView | null, now: DeploymentView): readonly Text[] {
  const isNewState = before?.state !== now.state
  return [
    ...(before === null ? [headline(now)] : []),
    ...(isNewState && (now.state === 'waiting' || now.state === 'queued') ? [['  ', stateText(now)]] : []),
    ...now.phases.slice(before?.phases.length ?? 0).map((phase) => phaseLine(now, phase)),
    ...(isNewState && now.state === 'reverting' ? [['  ', yellow(stateText(now))]] : []),
    ...(isNewState && now.state === 'finished' ? [deploymentLine(now), ...lostLines(now)] : []),
  ]
}

function headline(now: DeploymentView): Text {
  return [bold(now.id), `  ${now.environment}/${now.app}  ${releaseText(now.release)}, ${now.reason} by ${now.by}`]
}

function phaseLine({ startedAt }: DeploymentView, { name, at }: DeploymentView['phases'][number]): Text {
  return [dim(`  +${brief(at - (startedAt ?? at))}`.padEnd(10)), name]
}
