import {
  environmentPath,
  jobPath,
  pageOf,
  projectPages,
  projectPath,
  serverPages,
  undeployedPath,
} from '../api/addresses.ts'
import type { Client } from '../api/client.ts'
import { Fault } from '../lib/fault.ts'
import { kindOfId } from './ids.ts'
import { projectOrNone } from './project.ts'
import type { Session } from './session.ts'

/** The page that is meant: of the server, of what has an id, of the project's, or of an environment or a project by its name. */
export async function pageMeant(session: Session, what: string | undefined, of: string | undefined): Promise<string> {
  if (of !== undefined) return await pageWithin(session, what ?? '', of)
  if (what === undefined) return projectPage(await projectOrNone(session))
  if (what === 'overview') return '/'
  if (isOneOf(serverPages, what)) return `/${what}`
  if (isOneOf(projectPages, what)) return `${projectPath(await session.project())}/${what}`
  const page = kindOfId(what) === 'name' ? '/' : pageOf(what)
  return page === '/' ? await pageNamed(session, what) : page
}

function projectPage(project: string | null): string {
  return project === null ? '/' : projectPath(project)
}

async function pageWithin(session: Session, what: string, of: string): Promise<string> {
  if (what === 'undeployed') return undeployedPath(await session.project(), of)
  if (kindOfId(what) === 'run') return jobPath(what, of)
  throw unclear(`${what} has no part ${of}: only a run has, its jobs, and undeployed, the environments`)
}

async function pageNamed(session: Session, name: string): Promise<string> {
  const client = await session.client()
  const project = await projectOrNone(session)
  const environments = project === null ? [] : await environmentsOf(client, project)
  if (project !== null && environments.includes(name)) return environmentPath(project, name)
  if ((await client.call('projects.list')).some((each) => each.name === name)) return projectPath(name)
  const known = [...environments, 'overview', ...serverPages, ...(project === null ? [] : projectPages)]
  throw unclear(`there is no page ${name}; there are ${known.join(', ')}, and those of ids and of projects`)
}

async function environmentsOf(client: Client, project: string): Promise<readonly string[]> {
  return (await client.call('projects.show', { params: { project } })).environments
}

function isOneOf(all: readonly string[], word: string): boolean {
  return all.includes(word)
}

function unclear(problem: string): Fault {
  return new Fault('command.invalid', { details: { problem, command: 'signalbox open' } })
}
