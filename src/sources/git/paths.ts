import { join } from 'node:path'
import { Fault } from '../../lib/fault.ts'

/** Where a project's bare repository is. The name is checked here too: it becomes a part of a path. */
export function repositoryPath(reposDir: string, project: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(project)) {
    throw new Fault('project.invalid_name', { details: { name: project } })
  }
  return join(reposDir, `${project}.git`)
}

/** Why a path within a commit is refused, or null. */
export function pathProblem(path: string): string | null {
  if (path === '' || path.includes('\0')) return 'the path is not one'
  if (path.startsWith('/')) return 'the path does not begin in the repository'
  const parts = path.split('/')
  return parts.some((part) => part === '' || part === '.' || part === '..') ? 'the path goes astray' : null
}
