import type { OverviewProjectView, OverviewTrackView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { ago } from '../../lib/time-text.ts'
import { dim, green, listing, red, type Text, yellow } from '../text.ts'

/** A line for each app in each environment of all projects; what people should look at first. */
export function overviewLines(projects: readonly OverviewProjectView[], now: number): readonly Text[] {
  if (projects.length === 0) return ['No projects yet; `signalbox projects add NAME` makes one.']
  const rows = projects.flatMap(({ name, tracks }) =>
    tracks.length === 0
      ? [[name, dim('nothing pushed yet')]]
      : tracks.map((track) => [`${name}/${track.app}`, track.environment, ...cells(track, now)]),
  )
  return listing(['app', 'environment', 'live', 'since', 'undeployed', ''], rows)
}

function cells(track: OverviewTrackView, now: number): readonly Text[] {
  const { live, undeployed } = track
  const count = undeployed === null ? '?' : `${undeployed.count}${undeployed.isMore ? '+' : ''}`
  return [
    live === null ? dim('nothing') : releaseText(live.release),
    live === null ? '' : `${ago(live.at, now)} by ${live.by}`,
    undeployed?.count === 0 ? '-' : count,
    notes(track),
  ]
}

/** What is amiss, what goes on and what waits, the worst first. */
function notes({ finding, mixed, attempted, waiting, queued, lock, freeze, maintenance }: OverviewTrackView): Text {
  const moves = attempted?.state === 'rolling' || attempted?.state === 'reverting'
  const failed = attempted?.outcome === 'failed' || attempted?.outcome === 'errored'
  const told: readonly Text[] = [
    ...(attempted !== null && failed ? [red(`${attempted.deployment} ${attempted.outcome}`)] : []),
    ...(finding === null ? [] : [red(finding)]),
    ...(mixed === null || moves ? [] : [red(mixed)]),
    ...(attempted !== null && moves ? [green(`${attempted.deployment} ${attempted.state}`)] : []),
    ...waiting.map(({ deployment }) => yellow(`${deployment} waits for approval`)),
    ...(queued === 0 ? [] : [`${queued} queued`]),
    ...(lock === null ? [] : [yellow(`locked by ${lock.by}`)]),
    ...(freeze === null ? [] : [yellow('frozen')]),
    ...(maintenance === null ? [] : [yellow('closed for maintenance')]),
  ]
  return told.flatMap((each, at) => (at === 0 ? [each] : ['; ', each]))
}
