import { readFile } from 'node:fs/promises'
import type { ServerUnderTest } from '../../test/helpers/server.ts'
import { get, median, range, type Visitor, verdict } from './measuring.ts'

const goals = { overviewMs: 50, pageBytes: 100_000 }

/** The pages of one of the many projects; of what runs and has logs, those of the one that was really deployed. */
const paths = pathsOf('shop-050', 'production')

function pathsOf(project: string, environment: string): readonly string[] {
  const at = `/projects/${project}`
  const place = `${at}/environments/${environment}`
  return [
    ...[
      '/',
      '/approvals',
      '/insights',
      `/insights?project=${project}`,
      '/audit',
      '/people',
      '/people/admin',
      '/server',
    ],
    ...['/me', at, `${at}/runs`, `${at}/deployments`, `${at}/releases`, `${at}/releases/1.0.400`, `${at}/variables`],
    ...[`${at}/notices`, `${at}/settings`, place, `${place}/ways-back`, `${at}/undeployed/${environment}`],
    ...['/projects/tiny/environments/staging', '/runs/r1', '/runs/r1/jobs/check', '/deployments/d1', '/one-offs/o1'],
    '/deployments/d2',
  ]
}

/** How long each kind of page takes and how large it is, next to a page for which nothing is asked. */
export async function measurePages(server: ServerUnderTest, visitor: Visitor, rounds: number): Promise<void> {
  const authorization = `Bearer ${(await readFile(server.serving.tokenFile, 'utf8')).trim()}`
  const floor = await timesOf(() => get(visitor, '/login'), rounds)
  console.log(`\npages, ${rounds} rounds: median (min–max) in ms, KB over the wire`)
  console.log(`  ${'/login, for which nothing is asked'.padEnd(44)} ${range(floor)}`)
  for (const path of paths) await measurePage(visitor, path, { rounds, floor: median(floor) })
  const api = await timesOf(() => get(visitor, '/api/v1/overview', { authorization }), rounds)
  console.log(`  ${'the overview as the API has it'.padEnd(44)} ${range(api)}`)
}

async function measurePage(
  visitor: Visitor,
  path: string,
  { rounds, floor }: { readonly rounds: number; readonly floor: number },
): Promise<void> {
  const first = await get(visitor, path)
  if (first.status !== 200) throw new Error(`${path}: ${first.status}`)
  const times = await timesOf(() => get(visitor, path), rounds)
  const kilobytes = (first.bytes / 1000).toFixed(1).padStart(7)
  const told = [
    `×${(median(times) / floor).toFixed(1)}`,
    path === '/' ? verdict(median(times), goals.overviewMs, 'ms') : '',
    first.bytes > goals.pageBytes ? verdict(first.bytes / 1000, goals.pageBytes / 1000, 'KB') : '',
  ]
  console.log(`  ${path.padEnd(44)} ${range(times).padEnd(28)} ${kilobytes}  ${told.filter(Boolean).join('; ')}`)
}

async function timesOf(work: () => Promise<unknown>, rounds: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const from = performance.now()
    await work()
    // The first one warms up.
    if (round > 0) times.push(performance.now() - from)
  }
  return times
}
