import type { DeploymentDetailView, DeploymentView, VerdictView } from '../../api/views.ts'
import { never } from '../../lib/never.ts'
import { releaseText } from '../../lib/short-text.ts'
import { brief, moment } from '../../lib/time-text.ts'
import { bold, cyan, dim, green, red, type Text, yellow } from '../text.ts'
import { outcomeText } from './words.ts'

/** `d42  production/shop  v13 (promote by alice): succeeded in 4.1s, 0 dropped of 812` */
export function deploymentLine(deployment: DeploymentView): Text {
  const { id, environment, app, release, reason, by } = deployment
  return [
    bold(id),
    `  ${environment}/${app}  ${releaseText(release)} (${reason} by ${by}): `,
    stateText(deployment),
    deployment.verdict === null ? '' : [', ', verdictText(deployment.verdict)],
  ]
}

/** Where it stands, or how it ended. */
export function stateText(deployment: DeploymentView): Text {
  const { state, because, step, supersededBy } = deployment
  const doing = step === null ? '' : `: ${step.doing}, step ${step.at} of ${step.of}`
  switch (state) {
    case 'waiting':
      return yellow('waits for approval')
    case 'queued':
      return yellow('waits for its turn')
    case 'rolling':
      return ['rolling out', doing, supersededBy === null ? '' : yellow(`; then back, for ${supersededBy}`)]
    case 'reverting':
      return [red('going back'), because === null ? '' : ` (${because})`, doing]
    case 'finished':
      return endingText(deployment)
    default:
      return never(state)
  }
}

/** What visitors noticed, in the sentence of the record. */
export function verdictText({ sentence, requests, dropped, serverErrors }: VerdictView): Text {
  const text = dropped > 0 ? red(sentence) : requests > 0 ? green(sentence) : sentence
  return serverErrors === 0 ? text : [text, `, ${serverErrors} answered with 5xx by the app`]
}

/** What its trial showed; what can be done about the ending, the requests that were lost, so that somebody can look into them; and where it is. */
export function afterwordLines(deployment: DeploymentDetailView): readonly Text[] {
  const { hint, verdict, outcome, url } = deployment
  const lost = (verdict?.lost ?? []).map(({ at, method, path, why, instance }) =>
    dim(`  lost ${moment(at)} ${method} ${path}: ${why}${instance === null ? '' : ` (${instance})`}`),
  )
  return [
    ...trialLines(deployment),
    ...(hint === null ? [] : [dim(`  ${hint}`)]),
    ...lost,
    ...(outcome === 'succeeded' && url !== null ? [[dim('  visitors reach it at '), cyan(url)]] : []),
  ]
}

function trialLines({ smoke, bake }: DeploymentView): readonly Text[] {
  return [
    ...(smoke === null
      ? []
      : [
          [
            dim('  smoke steps '),
            smoke.outcome === null ? 'did not end' : outcomeText(smoke.outcome),
            dim(`: signalbox logs ${smoke.log}`),
          ],
        ]),
    ...(bake === null ? [] : [[dim('  watched '), bake.sentence]]),
  ]
}

function endingText({ outcome, rolledBack, because, startedAt, finishedAt }: DeploymentView): Text {
  const took = startedAt === null || finishedAt === null ? '' : ` in ${brief(finishedAt - startedAt)}`
  const reason = because === null ? '' : `: ${because}`
  return [outcome === null ? 'ended' : outcomeText(outcome), rolledBack ? yellow(', rolled back') : '', took, reason]
}
