import type { DeploymentView, QueuedView, TrackView } from '../../api/views.ts'
import { plural, releaseText } from '../../lib/short-text.ts'
import { ago, brief, moment } from '../../lib/time-text.ts'
import { bold, cyan, dim, green, red, type Text, table, yellow } from '../text.ts'
import { deploymentLine, stateText } from './deployment.ts'
import { freezeLines } from './freeze.ts'
import { changesText } from './plan.ts'

export interface Surroundings {
  /** The deployments that left what is live. */
  readonly made: readonly DeploymentView[]
  readonly now: number
}

/** Places of the server on a disk that is full. */
export function fullNote(places: readonly string[]): Text {
  const sentence = `The server's disk is full: no space for ${places.join(', ')}.`
  return [red(sentence), ' What runs goes on running; pushes are refused and deployments wait until there is space.']
}

/** One app in one environment. What should run, what was tried, what runs and what visitors get are four lines. */
export function trackLines(track: TrackView, { made, now }: Surroundings): readonly Text[] {
  const { environment, app, url, desired, attempted } = track
  return [
    [bold(`${environment}/${app}`), url === null ? '' : ['  ', cyan(url)]],
    ...indented([
      [dim('desired'), desiredText(desired, { made, now })],
      ...(track.newerVariables === null ? [] : [[dim('variables'), newerText(track)]]),
      [dim('attempted'), attempted === null ? 'nothing' : attemptedText(attempted, now)],
      [dim('running'), runningText(track, now)],
      [dim('serving'), servingText(track)],
      ...(track.mixed === null ? [] : [[dim('versions'), red(track.mixed)]]),
      ...(track.finding === null ? [] : [[dim('amiss'), red(track.finding)]]),
      ...(track.lock === null ? [] : [[dim('lock'), lockText(track.lock)]]),
      ...(track.access === 'public' ? [] : [[dim('access'), 'only with a password']]),
      ...(track.maintenance === null ? [] : [[dim('closed'), maintenanceText(track.maintenance)]]),
      ...(track.freeze === null ? [] : freezeLines(track.freeze).map((line) => [dim('freeze'), line])),
      ...(track.active === null ? [] : [[dim('active'), deploymentLine(track.active)]]),
      ...track.queue.map((each) => [dim('queued'), queuedText(each)]),
      ...track.waiting.map(({ deployment, plan }) => [dim('waiting'), waitingText(deployment, plan)]),
    ]),
    ...indented(instanceRows(track, now)),
  ]
}

function indented(rows: readonly (readonly Text[])[]): readonly Text[] {
  return table(rows).map((row) => ['  ', row])
}

function desiredText(desired: TrackView['desired'], { made, now }: Surroundings): Text {
  if (desired === null) return 'nothing'
  const by = made.find(({ id }) => id === desired.deployment)
  const since = by === undefined ? '' : ` of ${by.by}, ${ago(by.finishedAt ?? by.createdAt, now)}`
  return [bold(releaseText(desired.release)), ` by ${desired.deployment}${since}`]
}

function newerText({ environment, desired, newerVariables }: TrackView): Text {
  if (newerVariables === null) return ''
  const versions = `version ${newerVariables.version}, running version ${desired?.variables ?? '-'}`
  const how = `signalbox env apply ${environment}`
  return [yellow('newer than what runs'), ` (${versions}): ${changesText(newerVariables)}; applied by `, yellow(how)]
}

function attemptedText(attempted: DeploymentView, now: number): Text {
  const { id, release, reason, by, finishedAt, createdAt, verdict } = attempted
  const requests = verdict === null ? '' : `, ${verdict.sentence}`
  const when = ago(finishedAt ?? createdAt, now)
  return [`${releaseText(release)} by ${id} (${reason} by ${by}), ${when}: `, stateText(attempted), requests]
}

function runningText({ running, stale }: TrackView, now: number): Text {
  if (running === null) return stale === null ? 'nothing' : yellow(`not known: ${stale}`)
  const healthy = running.instances.filter(({ state }) => state === 'healthy').length
  const all = plural(running.instances.length, 'instance')
  const seen = `, seen ${ago(running.at, now)}`
  return [`${all}, ${healthy} healthy`, seen, stale === null ? '' : yellow(` (not of this moment: ${stale})`)]
}

function servingText({ serving, running }: TrackView): Text {
  if (serving.length === 0) return running === null ? 'nothing' : yellow('nothing')
  const versions = (running?.instances ?? []).filter(({ name }) => serving.includes(name)).map(({ version }) => version)
  return green(`${[...new Set(versions)].join(', ')} by ${serving.join(', ')}`)
}

function lockText({ by, reason, at, expiresAt }: NonNullable<TrackView['lock']>): Text {
  const until = expiresAt === null ? '' : `, until ${moment(expiresAt)} UTC`
  return yellow(`by ${by} since ${moment(at)} UTC${until}: ${reason}`)
}

function queuedText({ place, holder, held, wentWithoutTurn, ...deployment }: QueuedView): Text {
  const { id, release, reason, by } = deployment
  const behind = holder === null ? '' : `, behind ${holder}`
  const flag = wentWithoutTurn ? yellow(' (its time to wait is over)') : ''
  const line: Text = [bold(id), ` ${releaseText(release)} (${reason} by ${by}): place ${place}${behind}`, flag, '; ']
  return [line, yellow(held.because), held.openedBy === null ? '' : ['; opened by ', cyan(held.openedBy)]]
}

function maintenanceText({ by, since, message }: NonNullable<TrackView['maintenance']>): Text {
  return yellow(`for maintenance by ${by} since ${moment(since)} UTC: ${message}`)
}

function waitingText({ id, release, by }: DeploymentView, plan: string): Text {
  return [`${id} ${releaseText(release)} by ${by}: `, yellow(`signalbox approve ${id} --plan ${plan}`)]
}

function instanceRows({ running }: TrackView, now: number): readonly (readonly Text[])[] {
  if (running === null || running.instances.length === 0) return []
  const head = ['instance', 'process', 'version', 'state', 'restarts', 'up', 'pid', 'last exit'].map(dim)
  const rows = running.instances.map((instance) => [
    ...[instance.name, instance.process, instance.version],
    instance.state === 'healthy' ? green(instance.state) : yellow(instance.state),
    instance.restarts === 0 ? '0' : yellow(`${instance.restarts}`),
    instance.startedAt === null ? '-' : brief(now - instance.startedAt),
    ...[`${instance.pid ?? '-'}`, instance.lastExit ?? '-'],
  ])
  return [head, ...rows]
}
