import { apiClient, type Client } from '../api/client.ts'
import { currentLogin, type Login } from './logins.ts'
import { Output } from './output.ts'
import { projectMeant } from './project.ts'
import type { World } from './world.ts'

/** Options that every command takes, before or after its own. */
export interface CommonOptions {
  readonly json?: true | undefined
  readonly verbose?: true | undefined
  readonly server?: string | undefined
  readonly tokenFile?: string | undefined
  readonly project?: string | undefined
}

/** One call of the program: what a command is given to work with. */
export interface Session {
  readonly world: World
  readonly options: CommonOptions
  readonly output: Output
  /** The server to talk to, and who we are there. */
  login(): Promise<Login>
  /** Its calls end with the person's patience, or with the signal given. */
  client(signal?: AbortSignal): Promise<Client>
  project(): Promise<string>
  /** How the program will end, unless something is thrown. */
  end(exitCode: number): void
}

/** Gives the session as soon as the options have been read: only within an action. */
export type Open = () => Session

export function sessionOf(world: World, options: CommonOptions, end: (exitCode: number) => void): Session {
  const login = () => currentLogin(world, options)
  const client = async (signal = world.signal) => apiClient({ ...(await login()), clock: world.clock, signal })
  return {
    ...{ world, options, login, client, end },
    output: new Output(world, { json: options.json === true, verbose: options.verbose === true }),
    project: async () => projectMeant(world, { ...(await login()), named: options.project, client: await client() }),
  }
}
