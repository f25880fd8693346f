import type { TrafficSliceView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { type Html, html, nothing } from '../html.ts'

const [width, left, tall] = [960, 150, 120]
const right = width - 10
const base = tall - 18

/** What visitors got while it moved: requests a second by release, what was lost, and how long answers took. */
export function trafficChart(slices: readonly TrafficSliceView[], newVersion: string): Html {
  const [first, last] = [slices[0], slices.at(-1)]
  if (first === undefined || last === undefined || !slices.some((slice) => rate(slice, all) > 0)) return nothing
  const x = (at: number) => left + ((at - first.from) / Math.max(1, last.to - first.from)) * (right - left)
  const most = Math.max(1, ...slices.map((slice) => rate(slice, all)))
  const y = (perSecond: number) => base - (perSecond / most) * (base - 6)
  const slowest = Math.max(1, ...slices.flatMap(({ byRelease }) => byRelease.map(({ p99Ms }) => p99Ms ?? 0)))
  return html`<svg class="chart" viewBox="0 0 ${width} ${tall}" role="img" aria-label="${told(slices, newVersion)}">
<text x="0" y="14">up to ${Math.round(most)} requests/s</text><text x="0" y="30">p99 up to ${slowest} ms</text>
<line class="axis" x1="${left}" x2="${right}" y1="${base}" y2="${base}"/>
${slices.map((slice) => bars(slice, newVersion, { x, y }))}
${latencyLine('p50', slices, x, (ms) => base - (ms / slowest) * (base - 6))}${latencyLine('p99', slices, x, (ms) => base - (ms / slowest) * (base - 6))}
<text x="${left}" y="${tall - 4}">0s</text><text x="${right}" y="${tall - 4}" text-anchor="end">+${brief(last.to - first.from)}</text>
<line class="now" hidden x1="${left}" x2="${left}" y1="0" y2="${base}" data-from="${left}" data-to="${right}"/>
</svg>
<p class="legend"><span><i class="k-new"></i>${newVersion}</span><span><i class="k-old"></i>before</span><span><i class="k-lost"></i>dropped or 5xx</span><span><i class="k-again"></i>sent again</span><span><i class="k-p50"></i>p50</span><span><i class="k-p99"></i>p99</span></p>`
}

type Part = TrafficSliceView['byRelease'][number]

const all = ({ served, serverErrors, cut, refused }: Part) => served + serverErrors + cut + refused
const lost = ({ serverErrors, cut, refused }: Part) => serverErrors + cut + refused

function rate({ from, to, byRelease }: TrafficSliceView, count: (part: Part) => number): number {
  return (byRelease.reduce((sum, part) => sum + count(part), 0) * 1000) / Math.max(1, to - from)
}

interface Scales {
  readonly x: (at: number) => number
  readonly y: (perSecond: number) => number
}

/** The new release at the bottom, the others upon it, what was lost on top. */
function bars(slice: TrafficSliceView, newVersion: string, { x, y }: Scales): Html {
  const fresh = rate(
    { ...slice, byRelease: slice.byRelease.filter(({ version }) => version === newVersion) },
    ({ served }) => served,
  )
  const served = rate(slice, (part) => part.served)
  const total = rate(slice, all)
  const again = rate(slice, ({ retried }) => retried)
  const [from, wide] = [x(slice.from), Math.max(1, x(slice.to) - x(slice.from) - 1)]
  const bar = (kind: string, low: number, high: number) =>
    high <= low
      ? nothing
      : html`<rect class="${kind}" x="${from}" y="${y(high)}" width="${wide}" height="${Math.max(y(low) - y(high), 2)}"/>`
  const lostCount = slice.byRelease.reduce((sum, part) => sum + lost(part), 0)
  return html`<g><title>${slice.byRelease.map((part) => `${part.version ?? 'nobody'}: ${part.served} served, ${lost(part)} lost, ${part.retried} sent again. `)}</title>${bar('bar-new', 0, fresh)}${bar('bar-old', fresh, served)}${bar('lost', served, total)}${again === 0 ? nothing : html`<circle class="again" cx="${from + wide / 2}" cy="4" r="3"/>`}${lostCount === 0 ? nothing : html`<circle class="lost" cx="${from + wide / 2}" cy="4" r="3"/>`}</g>`
}

function latencyLine(
  name: 'p50' | 'p99',
  slices: readonly TrafficSliceView[],
  x: Scales['x'],
  y: (ms: number) => number,
): Html {
  const points = slices.flatMap(({ from, to, byRelease }) => {
    const worst = byRelease.map((part) => (name === 'p50' ? part.p50Ms : part.p99Ms)).filter((ms) => ms !== null)
    return worst.length === 0 ? [] : [`${x((from + to) / 2).toFixed(1)},${y(Math.max(...worst)).toFixed(1)}`]
  })
  return points.length < 2 ? nothing : html`<polyline class="${name}" points="${points.join(' ')}"/>`
}

function told(slices: readonly TrafficSliceView[], newVersion: string): string {
  const parts = slices.flatMap(({ byRelease }) => byRelease)
  const sum = (list: readonly Part[], count: (part: Part) => number) =>
    list.reduce((total, part) => total + count(part), 0)
  const fresh = parts.filter(({ version }) => version === newVersion)
  return `${sum(parts, all)} requests, ${sum(fresh, all)} of them to ${newVersion}; ${sum(parts, lost)} lost, ${sum(parts, ({ retried }) => retried)} sent again`
}
