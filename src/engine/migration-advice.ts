import { self } from '../domain/facts.ts'
import { migrationsIn } from '../domain/migrations/advice.ts'
import type { Run } from '../domain/run.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import type { Store } from '../store/store.ts'
import type { Tx } from './tx.ts'

const kind = 'run.migrations_changed'

/** Puts on record that a change brings migrations when its run begins, while nothing has gone anywhere. */
export function recordMigrations(
  tx: Tx,
  { id, project }: Pick<Run, 'id' | 'project'>,
  { spec, changed }: { readonly spec: ProjectSpec; readonly changed: readonly string[] | null },
): void {
  const files = migrationsIn(spec.apps, changed ?? [])
  if (files.length > 0) tx.fact({ kind, project, subject: id, by: self, data: { files } })
}

/** The files with migrations that the run's change touches. */
export function migrationsOfRun(store: Store, run: string): readonly string[] {
  const fact = store.facts.about(run).find((each) => each.kind === kind)
  return (fact?.data.files ?? []) as readonly string[]
}
