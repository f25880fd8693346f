/**
 * What a change of the database means for the code that runs on it: `expand` adds what the old code does not notice, `contract`
 * takes away or forbids what it may rely on, `data` rewrites rows, and `unknown` is everything that could not be read.
 */
export type MigrationClass = 'expand' | 'contract' | 'data' | 'unknown'

/** A migration that a release brings and the database lacks. */
export interface PendingMigration {
  readonly name: string
  readonly class: MigrationClass
  /** What a person should know before it runs: locks, rewrites, rows. */
  readonly notes: readonly string[]
}

/** What a look at the database found, from within the very release. */
export interface Survey {
  /** In the order in which they will run; null when nobody could tell. */
  readonly pending: readonly PendingMigration[] | null
  /** Why nobody could tell. */
  readonly problem: string | null
}

/** From the harmless to what nobody can vouch for. */
const bySafety: readonly MigrationClass[] = ['expand', 'data', 'contract', 'unknown']

/** More than any release brings; the rest is counted. */
export const mostListed = 500

/** The class of all of them together: the least safe decides. Null when nothing is pending. */
export function classOf({ pending }: Survey): MigrationClass | null {
  if (pending === null) return 'unknown'
  return worst(pending.map((each) => each.class))
}

export function worst(classes: readonly MigrationClass[]): MigrationClass | null {
  return classes.reduce<MigrationClass | null>(
    (found, each) => (found === null || bySafety.indexOf(each) > bySafety.indexOf(found) ? each : found),
    null,
  )
}

/** Unsafe unless proven: what could not be read counts as what breaks. */
export function isUnsafe(survey: Survey): boolean {
  const found = classOf(survey)
  return found !== null && found !== 'expand'
}

/** Whether something may be pending: what nobody could tell may. */
export function mayBePending({ pending }: Survey): boolean {
  return pending === null || pending.length > 0
}

export function namesOf({ pending }: Survey): readonly string[] | null {
  return pending === null ? null : pending.map(({ name }) => name)
}

/** Whether these are the migrations people have seen. Who said yes to what nobody could tell said yes to anything. */
export function isAsApproved(approved: readonly string[] | null, now: Survey): boolean {
  if (approved === null) return true
  return JSON.stringify(approved) === JSON.stringify(namesOf(now))
}

export function surveySentence(survey: Survey): string {
  const { pending, problem } = survey
  if (pending === null) return `it is not known what is pending: ${problem ?? 'nobody could tell'}`
  if (pending.length === 0) return 'nothing is pending'
  const listed = pending.map((each) => `${each.name} (${each.class})`).join(', ')
  return `${pending.length} pending: ${listed}`
}
