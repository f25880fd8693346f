import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { FactDraft } from '../../src/domain/facts.ts'
import type { Release } from '../../src/domain/release.ts'
import type { Run } from '../../src/domain/run.ts'
import { trackId } from '../../src/domain/track.ts'
import { openDatabase } from '../../src/store/database.ts'
import { type Store, storeOver } from '../../src/store/store.ts'
import { cookieOf } from '../../test/helpers/people.ts'
import type { Pushable } from '../../test/helpers/server.ts'

/** Of each project; of each two deployments are made. */
export const releases = 506
const yearMs = 365 * 86_400_000
/** Every so many projects the newest release waits for a yes, and of so many the newest deployment has failed. */
const waitingEvery = 3
const failingEvery = 25
/** So far production is behind. */
const behind = 10

/** Adds commits to the history of the repository, without a process for each. */
export function addCommits({ path }: Pushable, count: number): void {
  const commits = Array.from({ length: count }, (_, index) => {
    const title = `Change ${index}: a title about as long as people write them`
    const from = index === 0 ? 'from refs/heads/main^0\n' : ''
    const at = 1_767_400_000 + index * 60
    return `commit refs/heads/main\ncommitter Ada <ada@example.org> ${at} +0000\n${data(title)}${from}M 100644 inline notes.txt\n${data(String(index))}`
  })
  execFileSync('git', ['fast-import', '--quiet'], { cwd: path, input: commits.join('') })
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

/** What was recorded of the one project that was really deployed; the others get the same. */
interface Pattern {
  readonly store: Store
  readonly run: Run
  readonly release: Release
  readonly deployment: Deployment
  readonly waiting: Deployment
  readonly facts: readonly FactDraft[]
  readonly commits: readonly string[]
}

/** Fills the data directory of a server that does not run: `count` projects like `tiny`. Gives the cookie of a session. */
export function fill(dataDirectory: string, { path }: Pushable, count: number): string {
  const store = storeOver(openDatabase(join(dataDirectory, 'signalbox.db')))
  const pattern = { ...patternIn(store), commits: commitsIn(path) }
  const cookie = store.db.transaction(() => {
    for (let index = 1; index <= count; index += 1) addProject(pattern, index)
    store.meta.rise('notices', store.facts.head().seq)
    return cookieOf(store, 'admin')
  })
  // Not what the server waits for when it starts.
  store.db.checkpoint()
  store.db.close()
  for (let index = 1; index <= count; index += 1) copyRepository(join(dataDirectory, 'repositories'), nameOf(index))
  return cookie
}

function nameOf(index: number): string {
  return `shop-${String(index).padStart(3, '0')}`
}

function copyRepository(repositories: string, name: string): void {
  cpSync(join(repositories, 'tiny.git'), join(repositories, `${name}.git`), { recursive: true })
}

function commitsIn(path: string): readonly string[] {
  return execFileSync('git', ['rev-list', '--reverse', 'main'], { cwd: path, encoding: 'utf8' }).trim().split('\n')
}

function patternIn(store: Store): Omit<Pattern, 'commits'> {
  const [run, release, deployment, waiting] = [
    store.runs.get('r1'),
    store.releases.get('v1'),
    store.deployments.get('d1'),
    store.deployments.get('d2'),
  ]
  if (run === null || release === null || deployment === null || waiting === null) throw new Error('nothing to copy')
  const facts = store.facts.list({ after: 0, limit: 100, subject: 'd1' })
  return { store, run, release, deployment, waiting, facts: [...facts.slice(0, 1), ...facts.slice(-1)] }
}

function addProject(pattern: Pattern, index: number): void {
  const { store, run, commits } = pattern
  const name = nameOf(index)
  store.projects.add({ name, origin: null, createdAt: Date.now() - yearMs, createdBy: 'ada' })
  for (const environment of ['staging', 'production']) store.tracks.ensure(name, name, environment)
  const spec = renamed(store.runs.spec('tiny', run.commit), name)
  // As accepted: a server that starts would take it for a push that it missed.
  store.projects.setRef(name, 'refs/heads/main', commits.at(-1) ?? null)
  let before: Deployment | null = null
  for (const [at, commit] of commits.entries()) {
    store.runs.saveSpec(name, commit, spec)
    before = addRelease(pattern, { name, commit, index, at, before })
  }
}

interface Place {
  readonly name: string
  readonly commit: string
  /** Of the project, and of the release in it. */
  readonly index: number
  readonly at: number
  readonly before: Deployment | null
}

function addRelease(pattern: Pattern, place: Place): Deployment {
  const { store, commits } = pattern
  const { name, commit, index, at } = place
  const ago = ((commits.length - at) * yearMs) / commits.length
  const run = addRun(pattern, place, ago)
  const digest = commit.padEnd(64, '0')
  const stored = { ...aged(pattern.release, name, ago), run, commit, digest, version: `1.0.${at}` }
  const release = store.releases.add({ ...stored, title: `Change ${at}: a title about as long as people write them` })
  const { id, version } = release
  const going = { ...place, ago, release: { id, version, commit, digest } }
  const isNewest = at === commits.length - 1
  const staging = addDeployment(pattern, {
    ...going,
    environment: 'staging',
    fails: isNewest && index % failingEvery === 0,
  })
  if (isNewest && index % waitingEvery === 0) addWaiting(pattern, going)
  else addDeployment(pattern, { ...going, environment: 'production', fails: false })
  return staging
}

function addRun({ store, run }: Pattern, { name, commit, at }: Place, ago: number): string {
  const { id: _, ...made } = aged(run, name, ago)
  const ref = { project: name, ref: 'refs/heads/main', before: null, after: commit }
  const event = { ...ref, source: 'push' as const, by: 'ada', at: made.createdAt, because: 'push to main' }
  const title = `Change ${at}: a title about as long as people write them`
  const of = store.events.add({ ...event, run: null })
  const { id } = store.runs.add({ ...made, event: of, commit, title })
  store.events.setRun(of, id)
  return id
}

interface Going extends Place {
  readonly ago: number
  readonly release: Deployment['release']
}

function addDeployment(
  { store, deployment, facts, commits }: Pattern,
  {
    name,
    ago,
    at,
    release,
    environment,
    fails,
    before,
  }: Going & { readonly environment: string; readonly fails: boolean },
): Deployment {
  const { id: _, ...like } = aged(deployment, name, ago)
  const track = trackId(name, name, environment)
  const state = fails
    ? ({ kind: 'finished', outcome: 'failed', reason: 'web exited with 1', rolledBack: true } as const)
    : like.state
  const made = store.deployments.add({ ...like, track, release, state, replaces: before?.release ?? null })
  store.endings.add(made)
  const [acceptedAt, liveAt] = [made.createdAt, made.finishedAt ?? made.createdAt]
  const brought = { project: name, track, deployment: made.id }
  store.arrivals.add(brought, { commit: release.commit, acceptedAt, liveAt, reverts: null })
  for (const fact of facts) {
    const { kind, by, data } = aged(fact, name, ago)
    store.facts.append({ kind, by, data, project: name, subject: made.id }, liveAt)
  }
  const isLive = at === commits.length - 1 - (environment === 'production' ? behind : 0)
  // Without instances: nothing runs, so that looking at the target finds nothing missing.
  if (isLive && !fails) store.tracks.setLive(track, { deployment: made.id, release, variables: 0, instances: [] })
  return made
}

function addWaiting({ store, waiting }: Pattern, { name, release, ago }: Going): void {
  const { id: _, ...like } = aged(waiting, name, ago)
  store.deployments.add({ ...like, state: waiting.state, release })
}

/** The same for another project, so long ago. */
function aged<T>(value: T, name: string, agoMs: number): T {
  const text = JSON.stringify(value).replaceAll('tiny', name)
  return JSON.parse(text.replace(/\b1\d{12}\b/g, (at) => String(Math.round(Number(at) - agoMs)))) as T
}

function renamed<T>(value: T | null, name: string): T {
  if (value === null) throw new Error('the project has no configuration')
  return aged(value, name, 0)
}
