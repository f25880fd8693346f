import assert from 'node:assert/strict'
import type { Response } from 'playwright-core'
import { releasePath } from '../../src/api/addresses.ts'
import type { Window } from '../helpers/browser.ts'
import type { ServerUnderTest } from '../helpers/server.ts'

/** Signs the first admin in, by the link that the server printed. */
export async function signInFirst({ page }: Window, server: ServerUnderTest): Promise<void> {
  const { url } = await server.client.call('accounts.invite', { params: { account: 'admin' } })
  await page.goto(url)
  await page.getByLabel('Password').fill('seven brown horses ran')
  await page.getByRole('button', { name: 'Set it and sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

export interface Where {
  readonly project: string
  readonly environment: string
  readonly job: string
  readonly run?: string
  readonly deployment?: string
}

/** Every kind of page, of a server on which the project has a run, a release, deployments, a command and an environment. */
export async function everyPage(server: ServerUnderTest, where: Where) {
  const { project, environment, job, run = 'r1', deployment = 'd1' } = where
  const at = `/projects/${project}`
  const place = `${at}/environments/${environment}`
  return {
    overview: '/',
    approvals: '/approvals',
    insights: '/insights',
    audit: '/audit',
    people: '/people',
    account: '/people/admin',
    server: '/server?checkup',
    me: '/me',
    project: at,
    runs: `${at}/runs`,
    deployments: `${at}/deployments`,
    releases: `${at}/releases`,
    release: await releaseOf(server, project),
    variables: `${at}/variables`,
    notices: `${at}/notices`,
    settings: `${at}/settings`,
    environment: place,
    'ways-back': `${place}/ways-back`,
    undeployed: `${at}/undeployed/${environment}`,
    run: `/runs/${run}`,
    log: `/runs/${run}/jobs/${encodeURIComponent(job)}`,
    deployment: `/deployments/${deployment}`,
    command: '/one-offs/o1',
    'not found': '/projects/nowhere',
    'sign in': '/login',
  }
}

/** The one published last, as more is told of it; or the newest. */
async function releaseOf({ client }: ServerUnderTest, project: string): Promise<string> {
  const asked = { params: { project }, query: { limit: 1 } }
  const [published] = await client.call('releases.published', asked)
  const [newest] = await client.call('releases.list', asked)
  const version = published?.release.version ?? newest?.version
  const app = published?.app ?? newest?.app
  assert.ok(version && app, `${project} has a release`)
  return releasePath({ project, app, version })
}

/** Opens one of them, which is there; but for the one that is to show how that looks. */
export async function openPage(
  { page }: Pick<Window, 'page'>,
  server: ServerUnderTest,
  [name, path]: readonly [string, string],
): Promise<Response> {
  const answer = await page.goto(`${server.serving.url}${path}`)
  assert.equal(answer?.status(), name === 'not found' ? 404 : 200, `${name}: ${path}`)
  return answer as Response
}
