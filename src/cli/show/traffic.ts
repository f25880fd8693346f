import type { TrafficSliceView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { dim, listing, red, type Text } from '../text.ts'

/** A line for each release in each slice of time; where nobody came, none. */
export function trafficLines(slices: readonly TrafficSliceView[]): readonly Text[] {
  const begin = slices[0]?.from
  if (begin === undefined) return ['Requests were not counted while it moved, or that is too long ago.']
  const rows = slices.flatMap(({ from, byRelease }) =>
    byRelease.map((release, index) => [index === 0 ? `+${brief(from - begin)}` : '', ...cells(release)]),
  )
  if (rows.length === 0) return [`No visitors in ${brief((slices.at(-1)?.to ?? begin) - begin)}.`]
  return listing(['from', 'release', 'served', '5xx', 'retried', 'cut', 'refused', 'p50', 'p99'], rows)
}

type ReleaseSlice = TrafficSliceView['byRelease'][number]

function cells({ version, served, serverErrors, retried, cut, refused, p50Ms, p99Ms }: ReleaseSlice): readonly Text[] {
  const lost = (count: number): Text => (count === 0 ? '0' : red(String(count)))
  return [
    ...[version ?? dim('nobody'), String(served), lost(serverErrors), String(retried), lost(cut), lost(refused)],
    ...[upTo(p50Ms), upTo(p99Ms)],
  ]
}

/** Above the last bound of what is told apart, it is only known to be more. */
function upTo(ms: number | null): string {
  if (ms === null) return '-'
  return ms > longestMs ? `>${longestMs} ms` : `${ms} ms`
}

const longestMs = 10_000
