import type { DeploymentDetailView, FactView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { type Html, html, nothing } from '../html.ts'

/** Where one instance was in its life, and from when. */
interface Stretch {
  readonly kind: 'starting' | 'serving' | 'leaving' | 'gone'
  readonly from: number
  readonly to: number
}

interface Lane {
  readonly instance: string
  readonly stretches: readonly Stretch[]
}

const width = 960
const left = 150
const laneHeight = 22
const stepHeight = 18

/** A deployment in time: its steps, and below them each instance from its start to its end. */
export function stepChart(deployment: DeploymentDetailView, now: number): Html {
  const { startedAt, phases } = deployment
  if (startedAt === null || phases.length === 0) return nothing
  const end = Math.max(deployment.finishedAt ?? now, startedAt + 1)
  const x = (at: number) => left + ((at - startedAt) / (end - startedAt)) * (width - left - 10)
  const lanes = lanesOf(deployment, end)
  const height = stepHeight + 14 + lanes.length * laneHeight + 20
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${told(deployment, lanes, end - startedAt)}">
<text x="0" y="13">steps</text>${phases.map((phase, at) => stepBar(phase, x(phase.at), x(phases[at + 1]?.at ?? end)))}
${lanes.map((lane, at) => laneLine(lane, x, stepHeight + 14 + at * laneHeight))}
${ticks(end - startedAt).map((ms) => html`<line class="grid-line" x1="${x(startedAt + ms)}" x2="${x(startedAt + ms)}" y1="${stepHeight + 4}" y2="${height - 16}"/><text x="${x(startedAt + ms)}" y="${height - 4}" text-anchor="middle">+${brief(ms)}</text>`)}
<line class="now" hidden x1="${left}" x2="${left}" y1="0" y2="${height - 16}" data-from="${left}" data-to="${width - 10}"/>
</svg>
<p class="legend"><span><i class="k-starting"></i>starting</span><span><i class="k-serving"></i>gets visitors</span><span><i class="k-leaving"></i>finishing what it has</span></p>`
}

function stepBar({ name, at }: { readonly name: string; readonly at: number }, from: number, to: number): Html {
  const wide = Math.max(1, to - from - 1)
  const text = wide > name.length * 6 + 6 ? html`<text x="${from + 4}" y="12">${name}</text>` : nothing
  return html`<g><title>${name}</title><rect class="step" data-at="${at}" x="${from}" y="0" width="${wide}" height="${stepHeight}" rx="2"/>${text}</g>`
}

function laneLine({ instance, stretches }: Lane, x: (at: number) => number, y: number): Html {
  return html`<text x="0" y="${y + 11}">${instance}</text>${stretches.map(
    ({ kind, from, to }) =>
      html`<rect class="${kind}" x="${x(from)}" y="${y + 3}" width="${Math.max(1, x(to) - x(from))}" height="9" rx="2"><title>${instance}: ${kind}</title></rect>`,
  )}`
}

function ticks(ms: number): readonly number[] {
  const step = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000].find(
    (each) => ms / each <= 8,
  )
  const size = step ?? ms
  return Array.from({ length: Math.floor(ms / size) + 1 }, (_, at) => at * size)
}

/** What the record tells of each instance: when it was started, got visitors, was drained, and ended. */
function lanesOf(deployment: DeploymentDetailView, end: number): readonly Lane[] {
  const { timeline, phases, startedAt } = deployment
  const begin = startedAt ?? 0
  const names = [...new Set(timeline.flatMap((fact) => instancesOf(fact)))]
  const stepBegan = (fact: FactView) =>
    phases.findLast(({ name, at }) => at < fact.at && fact.kind === `deployment.${name}`)?.at ?? begin
  return names.map((instance) => ({ instance, stretches: stretchesOf(instance, { timeline, begin, end, stepBegan }) }))
}

interface Seen {
  readonly timeline: readonly FactView[]
  readonly begin: number
  readonly end: number
  readonly stepBegan: (fact: FactView) => number
}

function stretchesOf(instance: string, { timeline, begin, end, stepBegan }: Seen): readonly Stretch[] {
  const stretches: Stretch[] = []
  let [kind, from]: [Stretch['kind'] | null, number] = [null, begin]
  const turn = (next: Stretch['kind'] | null, at: number) => {
    if (kind !== null && at > from) stretches.push({ kind, from, to: at })
    ;[kind, from] = [next, at]
  }
  const placed = timeline.some((fact) => fact.kind === 'deployment.place' && instancesOf(fact).includes(instance))
  if (!placed) kind = 'serving'
  for (const fact of timeline) {
    const isNamed = instancesOf(fact).includes(instance)
    if (fact.kind === 'deployment.place' && isNamed) {
      turn('starting', stepBegan(fact))
    } else if (fact.kind === 'deployment.route') {
      if (isNamed && kind !== 'serving') turn('serving', fact.at)
      else if (!isNamed && kind === 'serving' && isRouted(instance, timeline)) turn('leaving', fact.at)
    } else if (fact.kind === 'deployment.remove' && isNamed) turn('gone', fact.at)
  }
  turn(null, end)
  return stretches.filter((stretch) => stretch.kind !== 'gone')
}

/** A worker gets no visitors, and so is in no routing at all. */
function isRouted(instance: string, timeline: readonly FactView[]): boolean {
  return timeline.some((fact) => fact.kind === 'deployment.route' && instancesOf(fact).includes(instance))
}

function instancesOf({ kind, data }: FactView): readonly string[] {
  if (!/^deployment\.(place|route|drain|remove)$/.test(kind)) return []
  return Array.isArray(data.instances) ? data.instances.map(String) : []
}

function told({ phases }: DeploymentDetailView, lanes: readonly Lane[], ms: number): string {
  return `${phases.length} steps in ${brief(ms)} over ${lanes.length} instances; the same as a list below`
}
