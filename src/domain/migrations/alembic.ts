import { complaint, type Listed, lines, type MigrationAdapter, sections, splitAt } from './adapter.ts'

/** `aa11 -> bb22 (head) (current), second`; `<base>` is nothing, and a merge has several before it. */
const step = /^(.+?) -> (\w+)((?: \([^)]*\))*)(?:, (.*))?$/
const running = /^-- Running upgrade (.*) -> (\w+)/

interface Revision {
  readonly id: string
  readonly after: readonly string[]
  readonly isCurrent: boolean
}

export const alembic: MigrationAdapter = {
  files: ['**/versions/*.py'],
  list(spec) {
    const words = splitAt(spec.command, 'upgrade')
    return words === null ? null : [...words.before, 'history', '--indicate-current']
  },
  read(output) {
    if (output.exitCode !== 0) return complaint(output)
    const revisions = lines(output.out).flatMap(revisionOf)
    const applied = withAncestors(revisions)
    // The newest stands first.
    const names = revisions.filter(({ id }) => !applied.has(id)).map(({ id }) => id)
    return { names: names.reverse(), from: startOf(revisions) }
  },
  /** Offline it cannot look where the database is, so it is told; from several heads at once it cannot go. */
  sql(spec, { from }: Listed) {
    const words = splitAt(spec.command, 'upgrade')
    if (words === null || from === undefined || from === null) return null
    return [...words.before, 'upgrade', from === '' ? 'head' : `${from}:head`, '--sql']
  },
  readSql: (output) => sections(output, (line) => running.exec(line)?.[2] ?? null),
}

function revisionOf(line: string): readonly Revision[] {
  const [, before = '', id, marks = ''] = step.exec(line) ?? []
  if (id === undefined) return []
  const after = before.split(', ').filter((each) => each !== '<base>')
  return [{ id, after, isCurrent: marks.includes('(current)') }]
}

function withAncestors(revisions: readonly Revision[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (id: string) => {
    if (found.has(id)) return
    found.add(id)
    for (const above of revisions.find((each) => each.id === id)?.after ?? []) visit(above)
  }
  for (const { id, isCurrent } of revisions) if (isCurrent) visit(id)
  return found
}

function startOf(revisions: readonly Revision[]): string | null {
  const current = revisions.filter(({ isCurrent }) => isCurrent)
  return current.length > 1 ? null : (current[0]?.id ?? '')
}
