import { projectPages, serverPages } from '../../api/addresses.ts'
import type { Client } from '../../api/client.ts'
import { ranks } from '../../domain/role.ts'
import { sizeText } from '../../lib/size-text.ts'
import type { Word } from './words.ts'

/** Whom a value is asked of, and what is typed already. */
export interface Asking {
  readonly client: Client
  project(): Promise<string>
  /** Of options and arguments, by their names. */
  readonly given: ReadonlyMap<string, string>
}

type Values = (asking: Asking) => Promise<readonly Word[]>

const limit = 50

async function environments({ client, project }: Asking): Promise<readonly Word[]> {
  const shown = await client.call('projects.show', { params: { project: await project() } })
  return shown.environments.map(plain)
}

async function tracks({ client, project, given }: Asking) {
  const query = { environment: given.get('environment') }
  return await client.call('status', { params: { project: await project() }, query })
}

/** Of the environment that is named already, or of each. */
async function perEnvironment(
  asking: Asking,
  list: (params: { project: string; environment: string }) => Promise<readonly Word[]>,
): Promise<readonly Word[]> {
  const named = asking.given.get('environment')
  const all = named === undefined ? (await environments(asking)).map(({ word }) => word) : [named]
  const project = await asking.project()
  return (await Promise.all(all.map((environment) => list({ project, environment })))).flat()
}

async function variables(asking: Asking, isMeant: (variable: { secret: boolean }) => boolean) {
  return await perEnvironment(asking, async (params) => {
    const listed = await asking.client.call('variables.list', { params })
    return listed.variables.filter(isMeant).map(({ name }) => plain(name))
  })
}

/** By what arguments, and the values of options, are called: where the names that may stand there are found. */
export const valuesByNoun: Readonly<Record<string, Values>> = {
  environment: environments,
  environments,
  from: environments,
  to: environments,
  other: environments,
  project: async ({ client }) => (await client.call('projects.list')).map(({ name }) => plain(name)),
  app: async ({ client, project }) =>
    (await client.call('projects.show', { params: { project: await project() } })).apps.map(plain),
  version: async ({ client, project, given }) => {
    const query = { app: given.get('app'), limit }
    const releases = await client.call('releases.list', { params: { project: await project() }, query })
    return releases.flatMap(({ version, aliases, title }) =>
      [version, ...aliases].map((word) => ({ word, meaning: title })),
    )
  },
  run: async ({ client, project }) => {
    const runs = await client.call('runs.list', { query: { project: await project(), limit } })
    return runs.map(({ id, title, outcome }) => ({ word: id, meaning: `${outcome ?? 'running'}: ${title}` }))
  },
  job: async ({ client, given }) => {
    const run = given.get('run') ?? [...given.values()].find((value) => /^r\d+$/.test(value)) ?? ''
    const { jobs } = await client.call('runs.show', { params: { run } })
    return jobs.map(({ name, outcome, state }) => ({ word: name, meaning: outcome ?? state }))
  },
  deployment: async ({ client, project }) => {
    const deployments = await client.call('deployments.list', { query: { project: await project(), limit } })
    return deployments.map(({ id, environment, release, outcome, state }) => ({
      word: id,
      meaning: `${release.version} to ${environment}, ${outcome ?? state}`,
    }))
  },
  'one-off': (asking) =>
    perEnvironment(asking, async (params) => {
      const listed = await asking.client.call('one-offs.list', { params, query: { limit } })
      return listed.map(({ id, name, command }) => ({ word: id, meaning: name ?? command.join(' ') }))
    }),
  instance: async (asking) =>
    (await tracks(asking)).flatMap(({ running }) =>
      (running?.instances ?? []).map(({ name, state }) => ({ word: name, meaning: state })),
    ),
  process: async (asking) => {
    const instances = (await tracks(asking)).flatMap(({ running }) => running?.instances ?? [])
    return [...new Set(instances.map(({ process }) => process))].map(plain)
  },
  variable: (asking) => variables(asking, () => true),
  secret: (asking) => variables({ ...asking, given: new Map([['environment', 'checks']]) }, ({ secret }) => secret),
  schedule: (asking) =>
    perEnvironment(asking, async (params) => {
      const listed = await asking.client.call('schedules.list', { params, query: {} })
      return listed.map(({ name, cron }) => ({ word: name, meaning: cron }))
    }),
  freeze: (asking) =>
    perEnvironment(asking, async (params) => {
      const { declared } = await asking.client.call('freezes.list', { params })
      return declared.map(({ id, reason }) => ({ word: id, meaning: reason }))
    }),
  account: async ({ client }) =>
    (await client.call('accounts.list')).map(({ name, kind }) => ({ word: name, meaning: kind })),
  by: async ({ client }) =>
    (await client.call('accounts.list')).map(({ name, kind }) => ({ word: name, meaning: kind })),
  page: async () => ['overview', ...serverPages, ...projectPages, 'undeployed'].map(plain),
  role: async () => ranks.map(plain),
  token: async ({ client }) =>
    (await client.call('tokens.list')).map(({ name, account }) => ({ word: name, meaning: `of ${account}` })),
  session: async ({ client }) =>
    (await client.call('sessions.list')).map(({ id, browser }) => ({ word: `${id}`, meaning: browser })),
  backup: async ({ client }) => {
    const { backups } = await client.call('server.backups')
    return backups.map(({ name, bytes }) => ({ word: name, meaning: sizeText(bytes) }))
  },
  notice: async ({ client, project }) => {
    const listed = await client.call('notices.list', { params: { project: await project() }, query: { limit } })
    return listed.map(({ id, title }) => ({ word: id, meaning: title }))
  },
}

function plain(word: string): Word {
  return { word, meaning: '' }
}
