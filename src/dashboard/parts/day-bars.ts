import { type Html, html } from '../html.ts'

interface Day {
  readonly day: string
  readonly deployments: number
  readonly failed: number
}

const [width, height] = [960, 70]

/** Deployments day by day, those that failed marked. */
export function dayBars(days: readonly Day[]): Html {
  const most = Math.max(1, ...days.map(({ deployments }) => deployments))
  const wide = width / Math.max(1, days.length)
  const total = days.reduce((sum, { deployments }) => sum + deployments, 0)
  const y = (count: number) => height - 14 - (count / most) * (height - 20)
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${total} deployments in ${days.length} days, at most ${most} a day">
<line class="axis" x1="0" x2="${width}" y1="${height - 13.5}" y2="${height - 13.5}"/>
${days.map(({ day, deployments, failed }, at) => html`<g><title>${day}: ${deployments}, ${failed} failed</title>${bar('bar-new', { x: at * wide, y: y(deployments), wide })}${bar('lost', { x: at * wide, y: y(failed), wide })}</g>`)}
<text x="0" y="${height - 2}">${days[0]?.day ?? ''}</text><text x="${width}" y="${height - 2}" text-anchor="end">${days.at(-1)?.day ?? ''}</text>
</svg>`
}

interface Box {
  readonly x: number
  readonly y: number
  readonly wide: number
}

function bar(kind: string, { x, y, wide }: Box): Html {
  const tall = height - 14 - y
  return tall <= 0
    ? html``
    : html`<rect class="${kind}" x="${x + 1}" y="${y}" width="${Math.max(1, wide - 2)}" height="${tall}" rx="1"/>`
}
