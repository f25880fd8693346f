import { matchesPaths } from '../glob.ts'
import type { AppSpec } from '../spec.ts'
import { migrationFiles } from './adapters.ts'

/** The files with migrations among those that a change touches, by the frameworks of the apps they lie in. */
export function migrationsIn(apps: readonly AppSpec[], changed: readonly string[]): readonly string[] {
  const found = apps.flatMap(({ migrations, directory }) => {
    if (migrations === null) return []
    const within = directory === '.' ? '' : `${directory}/`
    const globs = migrationFiles(migrations)
    // No patterns at all would mean every path.
    if (globs.length === 0) return []
    return changed.filter((path) => path.startsWith(within) && matchesPaths(globs, [path.slice(within.length)]))
  })
  return [...new Set(found)].sort()
}

const named = 3

/** What to think of before it is merged or goes on; null when it brings none. */
export function migrationAdvice(files: readonly string[]): string | null {
  if (files.length === 0) return null
  const more = files.length > named ? ` and ${files.length - named} more` : ''
  return (
    `this change touches migrations (${files.slice(0, named).join(', ')}${more}): the release before it has to work with what they leave, ` +
    'so add first and take away in a later release; one that takes longer than 30 s or locks a busy table holds up the rollout'
  )
}
