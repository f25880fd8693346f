import { type WebReceiver, webReceiver } from '../helpers/receivers.ts'
import type { ServerUnderTest } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production, webProcess, workerProcess } from '../journey/app.ts'
import { type Project, project, visitors } from '../journey/stage.ts'

/** With these the server tells receivers on this machine. */
export const weekFlags = ['--notice-networks', '127.0.0.0/8']

/** A team's week on a real server: a shop that goes on, a blog in trouble, a new project; something on every page. */
export async function week(server: ServerUnderTest): Promise<void> {
  const [blog, shop] = [await project(server, 'blog'), await project(server, 'shop')]
  await server.client.call('projects.add', { body: { name: 'handbook' } })
  await people(server)
  await postsOf(blog)
  await weekOf(server, shop)
}

async function people({ client }: ServerUnderTest): Promise<void> {
  const grants = [{ role: 'deployer' }]
  await client.call('accounts.add', { body: { name: 'grace', email: 'grace@example.org', grants } })
  const ofShop = [{ role: 'contributor', project: 'shop' }]
  await client.call('accounts.add', { body: { name: 'ci', kind: 'service', grants: ofShop } })
  await client.call('tokens.create', { body: { name: 'laptop', scope: 'deploy', forMs: 90 * 86_400_000 } })
}

async function postsOf(at: Project): Promise<void> {
  const good = await at.ship(app('blog', 'v1'), 'A first post')
  await at.deployed(good)
  const command = 'node -e "setInterval(() => {}, 1000)"'
  const health = { http: '/', start_period: '2s', interval: '500ms' }
  const bad = app('blog', 'v2', { app: { processes: { web: { ...webProcess, command, health } } } })
  await at.deployed(await at.ship(bad, 'Render posts with the new engine'))
}

const passed = (count: number) => `node -e "console.log('\\u001b[32m✔\\u001b[39m ${count} tests passed')"`

const shopWish = {
  checks: { lint: 'echo checked 214 files', unit: passed(412), browser: passed(38) },
  app: {
    draft_release: { tag_prefix: 'shop-' },
    processes: { web: { ...webProcess, instances: 2 }, worker: workerProcess },
    variables: { PAYMENT_KEY: 'optional', LOG_LEVEL: { default: 'info' }, GREETING: 'optional' },
    commands: { clean: 'echo removed 12 forgotten carts' },
    schedules: { clean: { cron: '0 4 * * *', command: 'echo removed 12 forgotten carts' } },
  },
  environments: {
    canada: production('shop', { hosts: 'ca.shop.test' }),
    europe: production('shop', { hosts: 'eu.shop.test' }),
  },
  notify: [
    { channel: 'slack', to: '$CHAT', events: ['deployment_succeeded', 'deployment_failed', 'approval_needed'] },
    { channel: 'webhook', to: '$STATUS_PAGE', events: ['deployment_succeeded'], environments: ['europe'] },
  ],
}

async function weekOf(server: ServerUnderTest, at: Project): Promise<void> {
  await using chat = await webReceiver()
  await using statusPage = await webReceiver()
  await at.sb(['secrets', 'set', 'CHAT=-'], { input: `${chat.url}/T01/B02\n` })
  await at.sb(['secrets', 'set', 'STATUS_PAGE=-'], { input: `${statusPage.url}/components\n` })
  const ship = async (version: string, title: string) => {
    const commit = await at.ship(app('shop', version, shopWish), title)
    await at.deployed(commit)
    return commit
  }
  await open(server, at, { commit: await ship('v1', 'Open the shop'), statusPage })
  await settings(server)
  const second = await ship('v2', 'feat: Wrap orders as gifts (#41)')
  const load = visitors(server, 'eu.shop.test', 120)
  await approve(server, at, ['europe'])
  const { release } = await at.deployed(second, 'europe')
  await load.finish()
  await server.client.call('releases.publish', { params: inShop, body: { version: release.version } })
  await ship('v3', 'feat: Confirm every order by mail (#43)')
  await told(server)
}

/** To both continents; the status page has moved, and is told of nothing until its new address is known. */
async function open(
  server: ServerUnderTest,
  at: Project,
  { commit, statusPage }: { readonly commit: string; readonly statusPage: WebReceiver },
): Promise<void> {
  statusPage.answer = { status: 410, body: 'moved to another provider' }
  await approve(server, at, ['canada', 'europe'])
  await Promise.all([at.deployed(commit, 'canada'), at.deployed(commit, 'europe')])
  await told(server)
  statusPage.answer = { status: 200 }
}

const inShop = { project: 'shop', app: 'shop' }

/** Waits until everybody was told, or it is given up. */
async function told({ client }: ServerUnderTest): Promise<void> {
  const asked = { params: { project: 'shop' }, query: { limit: 100 } }
  await waitFor('all deliveries to end', async () => {
    const all = await client.call('notices.list', asked)
    return all.every(({ state }) => state === 'delivered' || state === 'failed')
  })
}

async function approve({ client }: ServerUnderTest, at: Project, places: readonly string[]): Promise<void> {
  for (const environment of places) {
    const [waiting] = (await at.deployments(environment)).filter(({ state }) => state === 'waiting')
    if (waiting === undefined) throw new Error(`nothing waits in ${environment}`)
    const { hash } = await client.call('deployments.plan', { params: { deployment: waiting.id } })
    const body = { plan: hash, comment: 'seen on staging' }
    await client.call('deployments.approve', { params: { deployment: waiting.id }, body })
  }
}

async function settings({ client }: ServerUnderTest): Promise<void> {
  const params = { project: 'shop', environment: 'europe' }
  const changes = [
    { name: 'PAYMENT_KEY', value: 'a key that nobody can read', secret: true },
    { name: 'GREETING', value: 'Bonjour' },
  ]
  await client.call('variables.set', { params, body: { changes, reason: 'the new provider' } })
  await client.call('one-offs.start', {
    params: { ...params, environment: 'staging' },
    body: { command: ['echo', 'removed 12 forgotten carts'] },
  })
}
