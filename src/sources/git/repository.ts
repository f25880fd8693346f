import { join } from 'node:path'
import { Fault } from '../../lib/fault.ts'
import { makeDirectory, removeTree, syncDirectory, writeFileAtomic } from '../../system/files.ts'
import { type ChildResult, problemOf } from '../../system/process.ts'
import type { Fetched, Repositories } from '../source.ts'
import { headIn, refsIn } from './answers.ts'
import { isFullSha, keepRefs, repositoryConfig, words } from './argv.ts'
import { type Git, type GitOptions, git } from './git.ts'
import { type Origin, originOf } from './origin.ts'
import { repositoryPath } from './paths.ts'
import { refNameProblem } from './ref-name.ts'

/** A whole history over a slow line. */
const FETCH_LIMIT_MS = 15 * 60_000
const COLLECT_LIMIT_MS = 15 * 60_000

/** The bare repositories that people push to, one a project. */
export function gitRepositories(options: GitOptions): Repositories {
  const program = git(options)
  const at = (project: string) => repositoryPath(options.reposDir, project)
  return {
    create: (project) => create(program, at(project)),
    fetch: (project, origin, signal) => fetch({ git: program, dir: at(project), signal }, origin),
    remove: (project) => removeTree(at(project)),
    resolve: (project, name) => resolve(program, at(project), name),
    keep: (project, shas) => keep(program, at(project), shas),
    collect: async (project, signal) => {
      await program.bytes(words.collect(at(project)), { limitMs: COLLECT_LIMIT_MS, signal })
    },
  }
}

/** Tells which git this is, and refuses one that lacks what the words in argv.ts rely on. */
export async function assertGit(options: Omit<GitOptions, 'reposDir'>): Promise<string> {
  const text = await git(options).text(words.version, { limitMs: 10_000 })
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text)?.slice(1) ?? []).map(Number)
  // 2.36 keeps to core.fsync; what later ones mend (submodules, checkouts, clones of hostile paths) is never done here.
  if (major < 2 || (major === 2 && minor < 36))
    throw new Fault('git.too_old', { details: { found: text.trim(), needed: '2.36' } })
  return text.trim()
}

/** `git init` on what is there already changes nothing; the configuration is written anew. */
async function create(program: Git, dir: string): Promise<void> {
  await makeDirectory(join(dir, '..'), 0o750)
  await program.bytes(words.init(dir))
  await writeFileAtomic(join(dir, 'config'), repositoryConfig)
  await syncDirectory(join(dir, '..'))
}

interface Fetching {
  readonly git: Git
  readonly dir: string
  readonly signal: AbortSignal
}

/** All or nothing; what was there before and is gone is kept. */
async function fetch(fetching: Fetching, text: string): Promise<Fetched> {
  const origin = originOf(text)
  if ('problem' in origin) throw new Fault('repository.origin_refused', { details: { origin: text, ...origin } })
  const { git: program, dir } = fetching
  const before = refsIn(await program.text(words.refs(dir)))
  await remote(fetching, origin, words.fetch(dir, origin.url))
  const after = refsIn(await program.text(words.refs(dir)))
  const isThere = (sha: string) => after.some((ref) => ref.sha === sha)
  const lost = before.map(({ sha }) => sha).filter((sha) => !isThere(sha))
  await keep(program, dir, lost)
  const leftOut = after.map(({ name }) => name).filter((name) => refNameProblem(name) !== null)
  return { head: await takeHead(fetching, origin), leftOut }
}

async function takeHead(fetching: Fetching, origin: Origin): Promise<string | null> {
  const head = headIn(await remote(fetching, origin, words.remoteHead(origin.url)))
  if (head === null || refNameProblem(head) !== null) return null
  await fetching.git.bytes(words.setHead(fetching.dir, head))
  return head
}

async function remote({ git: program, signal }: Fetching, origin: Origin, argv: readonly string[]): Promise<string> {
  const result = await program.ask(argv, { protocols: origin.protocols, limitMs: FETCH_LIMIT_MS, signal })
  if (result.exitCode === 0) return result.stdout.toString('utf8')
  throw new Fault('repository.not_fetched', {
    details: { origin: origin.url, problem: lastWords(result), ...evidence(result) },
  })
}

function lastWords(result: ChildResult): string {
  const lines = result.tail.trim().split('\n')
  return lines.findLast((line) => /^(fatal|error|ssh):/.test(line)) ?? lines.at(-1) ?? problemOf(result)
}

function evidence({ exitCode, signal, durationMs, tail }: ChildResult): Readonly<Record<string, unknown>> {
  return { exitCode, signal, durationMs, tail }
}

async function resolve(program: Git, dir: string, name: string): Promise<string | null> {
  const refs = ['refs/heads/', 'refs/tags/'].map((prefix) => prefix + name)
  const digits = /^[0-9a-f]{7,64}$/.test(name) ? [name] : []
  for (const candidate of [...digits, ...refs.filter((ref) => refNameProblem(ref) === null)]) {
    const result = await program.ask(words.peel(dir, candidate))
    if (result.exitCode === 0) return result.stdout.toString('utf8').trim()
  }
  return null
}

async function keep(program: Git, dir: string, shas: readonly string[]): Promise<void> {
  const wanted = shas.filter(isFullSha)
  if (wanted.length === 0) return
  const answers = await program.text(words.look(dir), { stdin: wanted.map((sha) => `${sha}\n`).join('') })
  const there = wanted.filter((sha) => answers.includes(`${sha} `) && !answers.includes(`${sha} missing`))
  const stdin = there.map((sha) => `update ${keepRefs}/${sha}\0${sha}\0\0`).join('')
  if (stdin !== '') await program.bytes(words.updateRefs(dir), { stdin })
}
