import type { PlanView, SurveyView } from '../../api/views.ts'
import { releaseText } from '../../lib/short-text.ts'
import { bold, dim, green, red, type Text, yellow } from '../text.ts'

type Planned = PlanView['plan']['migrations']
type Pending = NonNullable<Planned['pending']>[number]

/** What becomes of the database, for a row of a plan. */
export function migrationsText({ when, pending, problem, class: kind, backup, crosses }: Planned): Text {
  const found =
    problem !== null
      ? red(`what is pending is not known: ${problem}`)
      : pending === null
        ? dim(when === 'none' ? '' : 'what is pending is looked for when it begins')
        : pending.length === 0
          ? 'nothing pending'
          : [`${pending.length} pending, `, classText(kind ?? 'unknown')]
  const saved = backup === 'off' ? '' : [', ', `backup ${backup.replace('_', ' ')}`]
  const behind =
    crosses.length === 0 ? '' : ['; ', yellow(`stays applied though the release is older: ${crosses.join(', ')}`)]
  return when === 'none' ? ['none', behind] : [when, ': ', found, saved, behind]
}

/** Each by its name, with what a person should know before it runs. */
export function pendingRows(pending: readonly Pending[]): readonly Text[] {
  return pending.flatMap(({ name, class: kind, notes }) => [
    ['    ', bold(name), ' ', classText(kind)],
    ...notes.map((note) => dim(`      ${note}`)),
  ])
}

export function pendingLines({ track, release, pending, problem }: SurveyView): readonly Text[] {
  const head: Text = [bold(track), '  ', releaseText(release), ': ']
  if (pending === null) return [[head, red(`what is pending is not known: ${problem ?? 'nobody has looked'}`)]]
  if (pending.length === 0) return [[head, green('nothing is pending')]]
  return [[head, `${pending.length} pending`], ...pendingRows(pending)]
}

function classText(kind: Pending['class']): Text {
  return kind === 'expand' ? green(kind) : kind === 'data' ? yellow(kind) : red(kind)
}
