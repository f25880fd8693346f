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

/** Every kind of page, of a server on which the project has a run, deployments, a command and an environment. */
export function everyPage({ project, environment, job, run = 'r1', deployment = 'd1' }: Where) {
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
    release: `${at}/releases/v1`,
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
