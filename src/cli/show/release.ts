import type { ReleaseDetailView, ReleaseWayView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { sizeText } from '../../lib/size-text.ts'
import { ago, moment } from '../../lib/time-text.ts'
import { bold, dim, green, listing, red, type Text, table } from '../text.ts'
import { reasonsText } from './way-back.ts'

/** One release: what it is, where one can go back to it, and what people were told of it. */
export function releaseLines(release: ReleaseDetailView, now: number): readonly Text[] {
  const { app, title, ways } = release
  const rows = ways.map((way) => wayCells(way, now))
  return [
    [bold(`${app} ${releaseText(release)}`), `  ${title}`],
    ...table(provenance(release, now)),
    '',
    ...listing(['where', 'can go back', 'live last', 'because'], rows),
    ...notesLines(release),
  ]
}

function provenance(release: ReleaseDetailView, now: number): readonly (readonly Text[])[] {
  const { commit, run, createdAt, digest, bytes, discardedAt, aliases } = release
  const kept = discardedAt === null ? sizeText(bytes) : `thrown away ${ago(discardedAt, now)}`
  return [
    [dim('  commit'), commit],
    [dim('  built'), `${ago(createdAt, now)} by ${run}`],
    [dim('  archive'), `${digest}, ${kept}`],
    ...(aliases.length === 0 ? [] : [[dim('  also called'), aliases.join(', ')]]),
  ]
}

function wayCells(way: ReleaseWayView, now: number): readonly Text[] {
  const { environment, answer, lastBy, lastAt } = way
  const last = lastBy === null || lastAt === null ? 'never' : `${lastBy}, ${ago(lastAt, now)}`
  const said = { live: green('it is live'), yes: green('yes'), no: red('no') } as const
  return [environment, said[answer], last, reasonsText(way)]
}

function notesLines({ published }: ReleaseDetailView): readonly Text[] {
  if (published === null) return []
  const { tag, by, at, notes } = published
  return ['', `published as ${tag} by ${by}, ${moment(at)} UTC`, '', ...notes.trimEnd().split('\n')]
}
