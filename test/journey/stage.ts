import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { DeploymentView, RunView } from '../../src/api/views.ts'
import { layoutOf } from '../../src/host/layout.ts'
import { systemClock } from '../../src/system/clock.ts'
import { type CliOptions, type CliResult, cli } from '../helpers/cli.ts'
import { type Load, startLoad } from '../helpers/load.ts'
import type { FileContent } from '../helpers/repository.ts'
import type { Pushable, ServerUnderTest } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'

/** A project on a real server, its repository, and its person at the command line. */
export interface Project extends Pushable {
  readonly name: string
  readonly server: ServerUnderTest
  /** The command line in the repository, as the admin. Fails unless it ends with `wanted`. */
  sb(words: readonly string[], options?: Partial<CliOptions> & { readonly wanted?: number }): Promise<CliResult>
  /** The environment that makes the command line the admin's. */
  login(): Promise<Readonly<Record<string, string>>>
  /** Commits these files and pushes the branch. Gives the full SHA. */
  ship(files: Readonly<Record<string, FileContent>>, message?: string): Promise<string>
  /** The run of this commit, once it has ended. */
  run(commit: string): Promise<RunView>
  /** The newest deployment of this commit to the environment, once it has ended. */
  deployed(commit: string, environment?: string): Promise<DeploymentView>
  deployments(environment?: string): Promise<readonly DeploymentView[]>
  /** Waits for one to be in this state. */
  until(deployment: string, state: DeploymentView['state']): Promise<DeploymentView>
}

export async function project(server: ServerUnderTest, name: string, isThere = false): Promise<Project> {
  const repository = await server.project(name, isThere)
  const list = (environment?: string) =>
    server.client.call('deployments.list', { query: { project: name, environment, limit: 100 } })
  const login = async () => ({
    SIGNALBOX_URL: server.serving.url,
    SIGNALBOX_TOKEN: (await readFile(server.serving.tokenFile, 'utf8')).trim(),
  })
  return {
    ...repository,
    ...{ name, server, login, deployments: list },
    async sb(words, { wanted = 0, env, ...options } = {}) {
      const own = { cwd: repository.path, env: { ...(await login()), ...env }, ...options }
      const result = await cli(['--project', name, ...words], own)
      assert.equal(result.code, wanted, `signalbox ${words.join(' ')}\n${result.stdout}${result.stderr}`)
      return result
    },
    async ship(files, message) {
      const sha = await repository.commit(files, message)
      await repository.push('HEAD:refs/heads/main')
      return sha
    },
    run: (commit) =>
      waitFor(
        `the run of ${commit} to end`,
        async () => {
          const runs = await server.client.call('runs.list', { query: { project: name } })
          return runs.find((run) => run.commit === commit && run.state === 'finished')
        },
        60_000,
      ),
    deployed: (commit, environment = 'staging') =>
      waitFor(
        `the deployment of ${commit} to ${environment} to end`,
        async () => {
          const newest = (await list(environment)).find(({ release }) => release.commit === commit)
          return newest?.state === 'finished' ? newest : null
        },
        60_000,
      ),
    until: (deployment, state) =>
      waitFor(
        `${deployment} to be ${state}`,
        async () => {
          const now = await server.client.call('deployments.show', { params: { deployment } })
          return now.state === state ? now : null
        },
        60_000,
      ),
  }
}

/** Ends as succeeded, or the test ends with its whole record. */
export function assertSucceeded(record: DeploymentView | RunView): void {
  assert.equal(record.outcome, 'succeeded', JSON.stringify(record, null, 1))
}

/** What a visitor of the environment gets. */
export async function visit(server: ServerUnderTest, host: string, path = '/'): Promise<string> {
  const [address = '', port = ''] = server.serving.edge.split(':')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const asked = request({ host: address, port, path, headers: { host }, agent: false, timeout: 10_000 }, (answer) => {
    text(answer).then(resolve, reject)
  })
  asked.on('error', reject).on('timeout', () => asked.destroy(new Error('no answer')))
  asked.end()
  return await promise
}

/** Lines that the app of a track wrote into a file of the folder that its releases share. */
export async function notes(server: ServerUnderTest, track: string, file: string): Promise<readonly string[]> {
  const path = join(layoutOf(join(server.data, 'host')).shared(track), 'data', file)
  return (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
}

/** People who come to the environment all the time, on connections that are kept and on fresh ones. */
export function visitors(server: ServerUnderTest, hostHeader: string, ratePerS = 40): Load {
  const [host = '', port = ''] = server.serving.edge.split(':')
  const shape = {
    weight: 1,
    method: 'GET',
    path: '/',
    headers: {},
    body: null,
    leaveAfterMs: null,
    latencyCounts: true,
  } as const
  const mix = [
    { ...shape, name: 'kept', keepAlive: true },
    { ...shape, name: 'fresh', keepAlive: false },
  ]
  const plan = { host, port: Number(port), hostHeader, ratePerS, mix, durationMs: 170_000, timeoutMs: 15_000 }
  return startLoad(plan, systemClock)
}
