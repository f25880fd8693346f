import { Fault } from '../../lib/fault.ts'
import { assertSuccess } from '../../system/process.ts'
import type { Commit, LogEntry, Source } from '../source.ts'
import { commitsIn, type Entry, entriesIn, logIn, namesIn, type Ref, refsIn } from './answers.ts'
import { isFullSha, words } from './argv.ts'
import { type Git, type GitOptions, git } from './git.ts'
import { pathProblem, repositoryPath } from './paths.ts'
import { refNameProblem } from './ref-name.ts'
import { writeRevert } from './reverting.ts'
import { writeFileCommit, writeTag } from './writing.ts'

/** Reads and makes commits in the bare repositories under `reposDir`, by the system's git. */
export function gitSource(options: GitOptions): Source {
  const program = git(options)
  const at = (project: string) => repositoryPath(options.reposDir, project)
  const asked = { git: program, at }
  return {
    path: at,
    refs: (project) => refs(program, at(project)),
    commit: (project, sha) => commit(asked, project, sha),
    file: (project, sha, path, limit) => file({ ...asked, project, sha, path, limit }),
    changedPaths: (project, from, to) => changedPaths(asked, project, { from, to }),
    isAncestor: (project, ancestor, descendant) => isAncestor(asked, project, { ancestor, descendant }),
    between: (project, from, to, limit) => between(asked, project, { from, to, limit }),
    log: (project, from, to, limit) => log(asked, project, { from, to, limit }),
    tag: (project, tag) => writeTag({ git: program, dir: at(project) }, tag),
    revert: (project, commit) => writeRevert({ git: program, dir: at(project) }, commit),
    commitFile: (project, commit) => writeFileCommit({ git: program, dir: at(project) }, commit),
  }
}

interface Asked {
  readonly git: Git
  readonly at: (project: string) => string
}

/** A name that a push could not have made is left out: it came with a history fetched from elsewhere. */
async function refs(program: Git, dir: string): Promise<ReadonlyMap<string, string>> {
  const found = refsIn(await program.text(words.refs(dir))).filter(({ name }) => refNameProblem(name) === null)
  const commits = await Promise.all(found.map((ref) => commitOf(program, dir, ref)))
  return new Map(found.flatMap(({ name }, index) => (commits[index] ? [[name, commits[index]] as const] : [])))
}

/** Null for a tag of something that is no commit. Git peels one tag by itself, a tag of a tag has to be asked for. */
async function commitOf(program: Git, dir: string, ref: Ref): Promise<string | null> {
  if (ref.peeled === null) return null
  if (ref.peeled !== 'ask') return ref.peeled
  const result = await program.ask(words.peel(dir, ref.sha))
  return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : null
}

async function commit({ git: program, at }: Asked, project: string, sha: string): Promise<Commit> {
  assertFull(sha)
  const argv = words.commits(at(project), { from: null, to: sha, limit: 1 })
  const [found] = commitsIn(await answered({ git: program, at }, project, [sha], argv))
  if (found === undefined) throw missing(project, sha)
  return found
}

interface Range {
  readonly from: string | null
  readonly to: string
  readonly limit: number
}

async function between(asked: Asked, project: string, range: Range): Promise<readonly LogEntry[]> {
  return logIn(await answered(asked, project, endsOf(range), words.between(asked.at(project), range)))
}

async function log(asked: Asked, project: string, range: Range): Promise<readonly LogEntry[]> {
  return logIn(await answered(asked, project, endsOf(range), words.log(asked.at(project), range)))
}

function endsOf({ from, to }: Range): readonly string[] {
  const shas = [to, ...(from === null ? [] : [from])]
  shas.forEach(assertFull)
  return shas
}

async function changedPaths(
  asked: Asked,
  project: string,
  { from, to }: { readonly from: string | null; readonly to: string },
): Promise<readonly string[]> {
  const dir = asked.at(project)
  const shas = [to, ...(from === null ? [] : [from])]
  shas.forEach(assertFull)
  const argv = from === null ? words.allPaths(dir, to) : words.changedPaths(dir, from, to)
  return namesIn(await answered(asked, project, shas, argv))
}

async function isAncestor(
  asked: Asked,
  project: string,
  { ancestor, descendant }: { readonly ancestor: string; readonly descendant: string },
): Promise<boolean> {
  for (const sha of [ancestor, descendant]) assertFull(sha)
  const argv = words.isAncestor(asked.at(project), ancestor, descendant)
  const result = await asked.git.ask(argv)
  if (result.ended === 'itself' && (result.exitCode === 0 || result.exitCode === 1)) return result.exitCode === 0
  await assertThere(asked, project, [ancestor, descendant])
  assertSuccess(argv, result)
  return false
}

interface FileQuestion extends Asked {
  readonly project: string
  readonly sha: string
  readonly path: string
  readonly limit: number
}

/** The tree is read, never a folder: a link's target is not looked at, and no path leaves the commit. */
async function file(question: FileQuestion): Promise<string | null> {
  const { git: program, at, project, sha, path, limit } = question
  assertFull(sha)
  const bad = pathProblem(path)
  if (bad !== null) throw unreadable(question, bad)
  const listing = await answered(question, project, [sha], words.entry(at(project), sha, path))
  const entry = entriesIn(listing).find((each) => each.path === path)
  if (entry === undefined) return null
  const problem = entryProblem(entry, limit)
  if (problem !== null) throw unreadable(question, problem)
  const bytes = await program.bytes(words.blob(at(project), entry.sha))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable(question, 'it is not UTF-8 text', cause)
  }
}

function entryProblem(entry: Entry, limit: number): string | null {
  if (entry.mode === '120000') return 'it is a symbolic link'
  if (entry.mode === '160000') return 'it is a submodule'
  if (entry.mode === '040000') return 'it is a folder'
  return entry.bytes > limit ? `it is larger than ${limit} bytes` : null
}

/** What git printed. When it refuses, the reason is told apart by looking for the objects, not by its words. */
async function answered(
  asked: Asked,
  project: string,
  shas: readonly string[],
  argv: readonly string[],
): Promise<string> {
  const result = await asked.git.ask(argv)
  if (result.exitCode !== 0) await assertThere(asked, project, shas)
  assertSuccess(argv, result)
  return result.stdout.toString('utf8')
}

async function assertThere({ git: program, at }: Asked, project: string, shas: readonly string[]): Promise<void> {
  const stdin = shas.map((sha) => `${sha}^{commit}\n`).join('')
  const lines = (await program.text(words.look(at(project)), { stdin })).split('\n')
  const gone = shas.find((_, index) => !/^[0-9a-f]+ commit \d+$/.test(lines[index] ?? ''))
  if (gone !== undefined) throw missing(project, gone)
}

function assertFull(sha: string): void {
  if (!isFullSha(sha)) throw new Fault('commit.malformed', { details: { sha } })
}

function missing(project: string, sha: string): Fault {
  return new Fault('commit.missing', { details: { project, sha } })
}

function unreadable({ sha, path }: FileQuestion, problem: string, cause?: unknown): Fault {
  return new Fault('config.unreadable', { details: { sha, path, problem }, cause })
}
