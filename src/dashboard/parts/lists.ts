import type { DeploymentView, OneOffView, RunView } from '../../api/views.ts'
import { type Html, html } from '../html.ts'
import type { Asking } from '../page.ts'
import { stateSignal } from './mark.ts'
import { idLink, placeLink, seenLink } from './place.ts'
import { table } from './table.ts'
import { commitMark, emptiness, releaseMark, took, when } from './words.ts'

export function runsTable(runs: readonly RunView[], now: number): Html {
  if (runs.length === 0) return emptiness('No runs yet.', 'A push, a timer or a person starts one.')
  return table(
    'Runs',
    ['Run', 'State', 'Commit', 'Branch', 'By', 'When', 'Took'],
    runs.map((run) => [
      idLink(run.id),
      stateSignal(run),
      html`<div class="title-cell">${run.title} ${commitMark(run.commit)}</div>`,
      run.branch ?? '',
      run.by,
      when(run.createdAt, now),
      took(run.createdAt, run.finishedAt, now),
    ]),
  )
}

export function deploymentsTable(asking: Asking, deployments: readonly DeploymentView[]): Html {
  const { now } = asking
  if (deployments.length === 0) return emptiness('Nothing has been deployed here yet.')
  return table(
    'Deployments',
    ['Deployment', 'State', 'Release', 'Environment', 'Why', 'By', 'When', 'Visitors'],
    deployments.map((deployment) => [
      seenLink(asking, deployment.id),
      stateSignal(deployment),
      releaseMark(deployment.release),
      html`${placeLink(asking, deployment.project, deployment.environment)} <span class="quiet">${deployment.app}</span>`,
      deployment.reason,
      deployment.by,
      when(deployment.finishedAt ?? deployment.createdAt, now),
      deployment.verdict === null ? '' : deployment.verdict.sentence,
    ]),
  )
}

export function oneOffsTable(oneOffs: readonly OneOffView[], now: number): Html {
  if (oneOffs.length === 0) return emptiness('No command has run here yet.')
  return table(
    'Commands',
    ['Command', 'State', 'What', 'By', 'When', 'Took'],
    oneOffs.map((oneOff) => [
      idLink(oneOff.id),
      stateSignal(oneOff),
      html`<code>${oneOff.name ?? oneOff.command.join(' ')}</code>${oneOff.dryRun ? ' (dry run)' : ''}`,
      oneOff.tick === null ? oneOff.by : 'its schedule',
      when(oneOff.createdAt, now),
      took(oneOff.startedAt, oneOff.finishedAt, now),
    ]),
  )
}
