import type { AcceptedEvent } from '../domain/event.ts'
import { Fault } from '../lib/fault.ts'
import type { ApiParts } from './parts.ts'

export interface ProjectToAdd {
  readonly name: string
  readonly origin: string | null
  readonly by: string
  readonly signal: AbortSignal
}

export interface ProjectAdded {
  readonly events: readonly AcceptedEvent[]
  /** Branches and tags of the origin whose names are not taken here. */
  readonly leftOut: readonly string[]
}

/**
 * The repository first, then the project: a project always has its repository. What a crash, or a refusal, leaves
 * without its project is taken away by the next attempt.
 */
export function projectAdder(
  parts: Pick<ApiParts, 'actions' | 'store' | 'repositories'>,
): (project: ProjectToAdd) => Promise<ProjectAdded> {
  const underWay = new Set<string>()
  return async (project) => {
    const { name } = project
    if (underWay.has(name) || parts.store.projects.get(name) !== null) {
      throw new Fault('project.exists', { details: { project: name } })
    }
    underWay.add(name)
    try {
      return await add(parts, project)
    } finally {
      underWay.delete(name)
    }
  }
}

async function add(
  { actions, store, repositories }: Pick<ApiParts, 'actions' | 'store' | 'repositories'>,
  { name, origin, by, signal }: ProjectToAdd,
): Promise<ProjectAdded> {
  try {
    await repositories.remove(name)
    await repositories.create(name)
    const { head, leftOut } =
      origin === null ? { head: null, leftOut: [] } : await repositories.fetch(name, origin, signal)
    return { events: await actions.addProject({ name, origin, head }, { by }), leftOut }
  } catch (error) {
    if (store.projects.get(name) === null) await repositories.remove(name).catch(() => {}) // The first error is the one to tell; the next attempt removes again.
    throw error
  }
}
