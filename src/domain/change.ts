/** One commit as people read of it: in notes, and in what an environment does not have yet. */
export interface Change {
  readonly commit: string
  readonly title: string
  readonly author: string
  readonly at: number
  /** Number of the pull request it came with, when its message names one. */
  readonly pullRequest: number | null
  /** From lines `Label: …` of its message. */
  readonly labels: readonly string[]
  /** The word before the colon of a conventional title: `feat`, `fix`. */
  readonly type: string | null
  readonly isBreaking: boolean
}

interface Message {
  readonly sha: string
  readonly title: string
  readonly body: string
  readonly author: string
  readonly committedAt: number
}

export function changeOf({ sha, title, body, author, committedAt }: Message): Change {
  const told = toldIn(title, body)
  const [, type, breaks, text] = /^(\w+)(?:\([^()]*\))?(!?): +(.+)$/.exec(told.title) ?? []
  const isConventional = type !== undefined && Object.hasOwn(headings, type.toLowerCase())
  return {
    ...{ commit: sha, author, at: committedAt, pullRequest: told.pullRequest, labels: labelsIn(body) },
    title: isConventional && text !== undefined ? text : told.title,
    type: isConventional ? type.toLowerCase() : null,
    isBreaking: (isConventional && breaks === '!') || /^BREAKING[ -]CHANGE: /m.test(body),
  }
}

/** Git hosts name the pull request in the title of a merge, and its own title below; or behind the title of a squash. */
function toldIn(title: string, body: string): { readonly title: string; readonly pullRequest: number | null } {
  const merge =
    /^Merge pull request #(\d{1,9})\b/.exec(title) ??
    (title.startsWith('Merge branch ') ? /^See merge request \S*!(\d{1,9})$/m.exec(body) : null)
  const own = body.split('\n')[0]?.trim() ?? ''
  if (merge !== null) return { title: own === '' ? title : own, pullRequest: Number(merge[1]) }
  const squash = /^(.+?) \(#(\d{1,9})\)$/.exec(title)
  if (squash === null) return { title, pullRequest: null }
  return { title: squash[1] ?? title, pullRequest: Number(squash[2]) }
}

function labelsIn(body: string): readonly string[] {
  const lines = [...body.matchAll(/^Labels?: *(.+)$/gim)]
  const labels = lines.flatMap(([, names = '']) => names.split(',').map((name) => name.trim().toLowerCase()))
  return [...new Set(labels.filter((label) => label !== ''))]
}

/** What stands above changes of a type or label, in the order of the notes. What is not here has its label for a heading. */
const headings: Readonly<Record<string, string>> = {
  feat: 'Features',
  feature: 'Features',
  enhancement: 'Features',
  fix: 'Fixes',
  bug: 'Fixes',
  bugfix: 'Fixes',
  security: 'Security',
  perf: 'Performance',
  performance: 'Performance',
  revert: 'Taken back',
  docs: 'Documentation',
  documentation: 'Documentation',
  deps: 'Dependencies',
  dependencies: 'Dependencies',
  refactor: 'Internal',
  style: 'Internal',
  test: 'Internal',
  build: 'Internal',
  ci: 'Internal',
  chore: 'Internal',
}

const breaking = 'Breaking changes'
const others = 'Changes'

/** Changes with one of these labels are left out of the notes. */
const skipped = ['skip-changelog', 'skip changelog', 'no-changelog']

/** Notes in Markdown: grouped by label where one is known, else by type; a heading only where there are several. */
export function notesOf(changes: readonly Change[]): string {
  const told = changes.filter(({ labels }) => !labels.some((label) => skipped.includes(label)))
  if (told.length === 0) return 'No changes.'
  const groups = Map.groupBy(told, headingOf)
  const first = [breaking, ...new Set(Object.values(headings).filter((heading) => heading !== 'Internal'))]
  const known = [...first, ...[...groups.keys()].filter((name) => !isLate(name) && !first.includes(name))]
  const order = [...known, others, 'Internal'].filter((heading) => groups.has(heading))
  if (order.length === 1 && order[0] === others) return linesOf(told)
  return order.map((heading) => `### ${heading}\n\n${linesOf(groups.get(heading) ?? [])}`).join('\n\n')
}

function isLate(heading: string): boolean {
  return heading === others || heading === 'Internal'
}

function headingOf({ labels, type, isBreaking }: Change): string {
  if (isBreaking) return breaking
  const [label] = labels
  if (label !== undefined) return own(label) ?? `${label.charAt(0).toUpperCase()}${label.slice(1)}`
  return (type === null ? null : own(type)) ?? others
}

function own(name: string): string | null {
  return Object.hasOwn(headings, name) ? (headings[name] ?? null) : null
}

function linesOf(changes: readonly Change[]): string {
  return changes.map((change) => `- ${escaped(change.title)} (${sourceOf(change)})`).join('\n')
}

function sourceOf({ pullRequest, commit, author }: Change): string {
  return `${pullRequest === null ? commit.slice(0, 7) : `#${pullRequest}`}, ${escaped(author)}`
}

/** A title is text, and stays so where Markdown is shown: no links, no HTML, no headings out of it. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`)
}
