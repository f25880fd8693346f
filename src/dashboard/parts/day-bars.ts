import { type Html, html, nothing } from '../html.ts'

interface Day {
  readonly day: string
  readonly deployments: number
  readonly failed: number
}

/** Deployments day by day, those that failed marked. */
export function dayBars(days: readonly Day[]): Html {
  const most = Math.max(1, ...days.map(({ deployments }) => deployments))
  const total = days.reduce((sum, { deployments }) => sum + deployments, 0)
  return daily({
    label: `${total} deployments in ${days.length} days, at most ${most} a day`,
    ...{ most, height: 70, level: null },
    days: days.map(({ day, deployments, failed }) => {
      return { day, says: `${deployments}, ${failed} failed`, bars: { 'bar-new': deployments, lost: failed } }
    }),
  })
}

/** A picture with a bar a day. */
export interface Daily {
  /** For those who do not see it. */
  readonly label: string
  readonly days: readonly {
    readonly day: string
    readonly says: string
    /** How much, by what kind of bar. */
    readonly bars: Readonly<Record<string, number>>
  }[]
  /** What the whole height stands for. */
  readonly most: number
  readonly height: number
  /** A height to compare with, and what that is. */
  readonly level: { readonly value: number; readonly says: string } | null
}

const width = 960

/** As wide as there is room, so what is written stands below it and not in it. */
export function daily({ label, days, most, height, level }: Daily): Html {
  const wide = width / Math.max(1, days.length)
  const y = (value: number) => height - (value / most) * (height - head)
  const bars = (at: number, each: Daily['days'][number]) =>
    Object.entries(each.bars).map(([kind, value]) => bar(kind, { x: at * wide, y: y(value), wide }, height))
  return html`<figure class="days">
<svg class="chart" viewBox="0 0 ${width} ${height}" height="${height}" preserveAspectRatio="none" role="img" aria-label="${label}">
${days.map((each, at) => html`<g><title>${each.day}: ${each.says}</title>${bars(at, each)}</g>`)}
${level === null ? nothing : levelLine(y(level.value))}
</svg>
<figcaption>
<span>${days[0]?.day ?? ''}</span>
${level === null ? nothing : html`<span class="level">${level.says}</span>`}
<span>${days.at(-1)?.day ?? ''}</span>
</figcaption>
</figure>`
}

/** Air above the tallest. */
const head = 6

function levelLine(y: number): Html {
  return html`<line class="level" x1="0" x2="${width}" y1="${y}" y2="${y}"/>`
}

interface Box {
  readonly x: number
  readonly y: number
  readonly wide: number
}

function bar(kind: string, { x, y, wide }: Box, height: number): Html {
  const tall = height - y
  return tall <= 0
    ? nothing
    : html`<rect class="${kind}" x="${x + 1}" y="${y}" width="${Math.max(1, wide - 2)}" height="${tall}" rx="1"/>`
}
