import type { ServerUnderTest } from '../helpers/server.ts'
import { app, production, webProcess, workerProcess } from '../journey/app.ts'
import { type Project, project, visitors } from '../journey/stage.ts'

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
    processes: { web: { ...webProcess, instances: 2 }, worker: workerProcess },
    variables: { PAYMENT_KEY: 'optional', LOG_LEVEL: { default: 'info' }, GREETING: 'optional' },
    commands: { clean: 'echo removed 12 forgotten carts' },
    schedules: { clean: { cron: '0 4 * * *', command: 'echo removed 12 forgotten carts' } },
  },
  environments: {
    canada: production('shop', { hosts: 'ca.shop.test' }),
    europe: production('shop', { hosts: 'eu.shop.test' }),
  },
}

async function weekOf(server: ServerUnderTest, at: Project): Promise<void> {
  const ship = async (version: string, title: string) => {
    const commit = await at.ship(app('shop', version, shopWish), title)
    await at.deployed(commit)
    return commit
  }
  const first = await ship('v1', 'Open the shop')
  await approve(server, at, ['canada', 'europe'])
  await Promise.all([at.deployed(first, 'canada'), at.deployed(first, 'europe')])
  await settings(server)
  const second = await ship('v2', 'Wrap orders as gifts (#41)')
  const load = visitors(server, 'eu.shop.test', 120)
  await approve(server, at, ['europe'])
  await at.deployed(second, 'europe')
  await load.finish()
  await ship('v3', 'Confirm every order by mail (#43)')
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
