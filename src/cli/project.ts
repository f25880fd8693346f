import type { Client } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { projectsOfRemotes } from './remotes.ts'
import type { World } from './world.ts'

export interface ProjectQuestion {
  readonly named: string | undefined
  /** Of the server. */
  readonly url: string
  readonly client: Client
}

/** The project named, the one that this folder is pushed to, or the only one. */
export async function projectMeant(world: World, { named, url, client }: ProjectQuestion): Promise<string> {
  if (named !== undefined) return named
  const [pushedTo, ...others] = await projectsOfRemotes(world, url)
  if (pushedTo !== undefined && others.length === 0) return pushedTo
  if (pushedTo !== undefined) throw unclear(`this folder is pushed to ${[pushedTo, ...others].join(', ')}`)
  const [first, ...rest] = (await client.call('projects.list')).map(({ name }) => name)
  if (first === undefined) throw unclear('there is none yet; `signalbox projects add NAME` makes one')
  if (rest.length === 0) return first
  throw unclear(`there are ${[first, ...rest].join(', ')}, and no remote of this folder points at one`)
}

/** Null where none is meant: then it is about all of them. */
export async function projectOrNone({ project }: { project(): Promise<string> }): Promise<string | null> {
  try {
    return await project()
  } catch (error) {
    if (error instanceof Fault && error.code === 'project.unclear') return null
    throw error
  }
}

function unclear(problem: string): Fault {
  return new Fault('project.unclear', { details: { problem } })
}
