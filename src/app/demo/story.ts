import type { DeploymentView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import { systemClock } from '../../system/clock.ts'
import type { Narrator } from './narrator.ts'
import type { ShopVersion } from './shop.ts'
import { type Stage, shopProject } from './stage.ts'
import type { Visitors } from './visitors.ts'

/** One act: what was done, what was expected of it, and whether it came so. */
export interface Scene {
  readonly name: string
  readonly expected: string
  readonly asExpected: boolean
  readonly deployments: readonly DeploymentView[]
}

export interface Telling {
  readonly stage: Stage
  readonly visitors: Visitors
  readonly narrator: Narrator
}

/** How long the load flows before a scene, to have something to compare with. */
const restMs = 1_500
const waitMs = 60_000
const lookMs = 50

/** The whole story. Every scene is told to its end, also when it does not come as expected. */
export async function tell(telling: Telling): Promise<readonly Scene[]> {
  const { visitors } = telling
  const first = await scene(
    telling,
    { name: 'v1', expected: 'live in staging and, once approved, in production' },
    () => toProduction(telling, 'v1'),
  )
  visitors.start()
  const scenes = [
    await underLoad(telling, { name: 'v2', expected: 'rolled out with 0 dropped' }, () => toProduction(telling, 'v2')),
    await underLoad(telling, { name: 'v3', expected: 'failed, rolled back by itself, 0 dropped' }, () =>
      neverHealthy(telling),
    ),
    await scene(telling, { name: 'v4', expected: 'its check fails and nothing is deployed' }, () =>
      checkFails(telling),
    ),
    await underLoad(telling, { name: 'rollback', expected: 'production is back at v1 with 0 dropped' }, () =>
      goBack(telling),
    ),
  ]
  return [first, ...scenes]
}

interface Act {
  readonly deployments: readonly DeploymentView[]
  readonly asExpected: boolean
}

type Title = Pick<Scene, 'name' | 'expected'>

async function scene({ narrator }: Telling, title: Title, act: () => Promise<Act>): Promise<Scene> {
  narrator.title(title.name, title.expected)
  const { deployments, asExpected } = await act()
  narrator.verdict(asExpected)
  return { ...title, asExpected, deployments }
}

async function underLoad(telling: Telling, title: Title, act: () => Promise<Act>): Promise<Scene> {
  const { visitors } = telling
  return await scene(telling, title, async () => {
    visitors.mark(`before ${title.name}`)
    await systemClock.sleep(restMs)
    visitors.mark(`during ${title.name}`)
    const done = await act()
    visitors.mark(`after ${title.name}`)
    const lost = visitors.lost()
    if (lost.length > 0) telling.narrator.line(`visitors lost ${lost.length} requests, the first: ${lost[0]}`)
    return { ...done, asExpected: done.asExpected && lost.length === 0 && done.deployments.every(isClean) }
  })
}

/** By the edge's own count: what was not measured is not clean. */
function isClean({ verdict }: DeploymentView): boolean {
  return verdict !== null && verdict.requests > 0 && verdict.dropped === 0
}

async function toProduction(telling: Telling, version: ShopVersion): Promise<Act> {
  const { stage, narrator } = telling
  const commit = await push(telling, version)
  const staging = await ended(telling, { environment: 'staging', commit })
  const waiting = await find(telling, { environment: 'production', commit })
  narrator.line(`production waits for approval: ${waiting.id}`)
  const { hash } = await stage.client.call('deployments.plan', { params: { deployment: waiting.id } })
  await stage.client.call('deployments.approve', {
    params: { deployment: waiting.id },
    body: { plan: hash, comment: 'looks good in staging' },
  })
  narrator.line(`approved the plan ${hash.slice(0, 12)}`)
  const production = await ended(telling, { environment: 'production', commit })
  return {
    deployments: [staging, production],
    asExpected: [staging, production].every(({ outcome }) => outcome === 'succeeded'),
  }
}

async function neverHealthy(telling: Telling): Promise<Act> {
  const commit = await push(telling, 'v3')
  const staging = await ended(telling, { environment: 'staging', commit })
  const served = await servedIn(telling, 'staging')
  const before = telling.stage.commits.find(({ version }) => version === 'v2')?.sha
  return { deployments: [staging], asExpected: staging.outcome === 'failed' && staging.rolledBack && served === before }
}

async function checkFails(telling: Telling): Promise<Act> {
  const commit = await push(telling, 'v4')
  const { client } = telling.stage
  const run = await until('the run to end', async () => {
    const runs = await client.call('runs.list', { query: { project: shopProject } })
    return runs.find((each) => each.commit === commit && each.state === 'finished')
  })
  telling.narrator.line(`${run.id} ${run.outcome}: ${run.reason}`)
  const deployments = await client.call('deployments.list', { query: { project: shopProject } })
  return {
    deployments: [],
    asExpected: run.outcome === 'failed' && deployments.every(({ release }) => release.commit !== commit),
  }
}

async function goBack(telling: Telling): Promise<Act> {
  const { stage, narrator } = telling
  const [asked] = await stage.client.call('rollback', {
    params: { project: shopProject, environment: 'production' },
    body: { comment: 'the demo goes back' },
  })
  if (asked === undefined) throw new Fault('demo.stuck', { details: { waitedFor: 'a rollback to be asked for' } })
  if (asked.state === 'waiting') {
    const { hash } = await stage.client.call('deployments.plan', { params: { deployment: asked.id } })
    await stage.client.call('deployments.approve', { params: { deployment: asked.id }, body: { plan: hash } })
    narrator.line(`${asked.id} asked for and approved`)
  }
  const done = await follow(telling, asked.id)
  const served = await servedIn(telling, 'production')
  return { deployments: [done], asExpected: done.outcome === 'succeeded' && served === stage.commits[0]?.sha }
}

async function push({ stage, narrator }: Telling, version: ShopVersion): Promise<string> {
  const commit = stage.commits.find((each) => each.version === version)
  narrator.line(`git push ${version}: ${commit?.title}`)
  for (const line of (await stage.push(version)).split('\n').filter((each) => each.startsWith('remote: signalbox'))) {
    narrator.line(line.replace(/; signalbox logs.*/, '').trim())
  }
  return commit?.sha ?? ''
}

interface Wanted {
  readonly environment: string
  readonly commit: string
}

function find(telling: Telling, { environment, commit }: Wanted): Promise<DeploymentView> {
  const { client } = telling.stage
  return until(`a deployment of ${commit} to ${environment}`, async () => {
    const deployments = await client.call('deployments.list', { query: { project: shopProject, environment } })
    return deployments.find(({ release, reason }) => release.commit === commit && reason === 'promote')
  })
}

async function ended(telling: Telling, wanted: Wanted): Promise<DeploymentView> {
  return await follow(telling, (await find(telling, wanted)).id)
}

async function follow(telling: Telling, id: string): Promise<DeploymentView> {
  const { stage, narrator } = telling
  return await until(`the end of ${id}`, async () => {
    const deployment = await stage.client.call('deployments.show', { params: { deployment: id } })
    narrator.progress(deployment)
    return deployment.state === 'finished' ? deployment : undefined
  })
}

async function servedIn({ stage }: Telling, environment: string): Promise<string | undefined> {
  const [status] = await stage.client.call('status', { params: { project: shopProject }, query: { environment } })
  return status?.desired?.release.commit
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = systemClock.monotonic() + waitMs; systemClock.monotonic() < end; await systemClock.sleep(lookMs)) {
    const found = await look()
    if (found !== undefined) return found
  }
  throw new Fault('demo.stuck', { details: { waitedFor: what } })
}
