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
const foot = 14

export function daily({ label, days, most, height, level }: Daily): Html {
  const wide = width / Math.max(1, days.length)
  const head = level === null ? 6 : 18
  const y = (value: number) => height - foot - (value / most) * (height - foot - head)
  const bars = (at: number, each: Daily['days'][number]) =>
    Object.entries(each.bars).map(([kind, value]) => bar(kind, { x: at * wide, y: y(value), wide }, height))
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
<line class="axis" x1="0" x2="${width}" y1="${height - foot + 0.5}" y2="${height - foot + 0.5}"/>
${days.map((each, at) => html`<g><title>${each.day}: ${each.says}</title>${bars(at, each)}</g>`)}
${level === null ? nothing : levelLine(y(level.value), level.says)}
<text x="0" y="${height - 2}">${days[0]?.day ?? ''}</text><text x="${width}" y="${height - 2}" text-anchor="end">${days.at(-1)?.day ?? ''}</text>
</svg>`
}

function levelLine(y: number, says: string): Html {
  return html`<line class="level" x1="0" x2="${width}" y1="${y}" y2="${y}"/><text x="0" y="${y - 3}">${says}</text>`
}

interface Box {
  readonly x: number
  readonly y: number
  readonly wide: number
}

function bar(kind: string, { x, y, wide }: Box, height: number): Html {
  const tall = height - foot - y
  return tall <= 0
    ? nothing
    : html`<rect class="${kind}" x="${x + 1}" y="${y}" width="${Math.max(1, wide - 2)}" height="${tall}" rx="1"/>`
}
