import type { RolloutInput, Step } from './rollout.ts'

/** How a release migrates its database. */
export interface Migrating {
  /** Whether it can be asked what is pending. */
  readonly canBeAsked: boolean
  readonly isBackedUp: boolean
  /** What other migrations share with it: see `migrations.lock`. */
  readonly lock: string | null
  readonly approved: (Step & { do: 'survey' })['approved']
}

/** Where in a rollout the database changes. */
export interface MigrationSteps {
  /** When nothing has moved. */
  readonly look: readonly Step[]
  /** While the old code runs, and before anything of it is stopped. */
  readonly first: readonly Step[]
  /** Right before the first instance of the new release is started. */
  readonly atStart: readonly Step[]
  /** When visitors are on the new release. */
  readonly late: readonly Step[]
}

const none: MigrationSteps = { look: [], first: [], atStart: [], late: [] }

export function migrationSteps({ hasMigrations, migrating, keepRunning, policies }: RolloutInput): MigrationSteps {
  if (!hasMigrations || keepRunning) return none
  const { canBeAsked, isBackedUp, lock, approved } = migrating ?? unasked
  const when = policies.migrations
  const look: readonly Step[] = canBeAsked || when === 'forbid_pending' ? [{ do: 'survey', approved }] : []
  const backup: readonly Step[] = isBackedUp ? [{ do: 'backup' }] : []
  const run = (isLate: boolean): readonly Step[] => [...backup, { do: 'migrate', lock, isLate }]
  switch (when) {
    case 'forbid_pending':
    case 'manual':
      return { ...none, look }
    case 'before':
      return { ...none, look, first: run(false) }
    case 'on_release_start':
      return { ...none, look, atStart: run(false) }
    case 'after':
      return { ...none, look, late: run(true) }
  }
}

const unasked: Migrating = { canBeAsked: false, isBackedUp: false, lock: null, approved: null }

/** With `stop_start` the old code is gone by then, and never meets the new database. */
export function beforeTheFirstStart(steps: readonly Step[], what: readonly Step[]): readonly Step[] {
  const first = steps.findIndex((step) => step.do === 'place')
  const at = first < 0 ? steps.length : first
  return [...steps.slice(0, at), ...what, ...steps.slice(at)]
}
