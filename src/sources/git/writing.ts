import { Fault } from '../../lib/fault.ts'
import type { NewFileCommit, NewTag } from '../source.ts'
import { type Entry, entriesIn } from './answers.ts'
import { isFullSha, words } from './argv.ts'
import type { Git } from './git.ts'
import { pathProblem } from './paths.ts'
import { refNameProblem } from './ref-name.ts'

/** A bare repository that is written to: objects first, then the one ref that makes them count. Nothing is checked out. */
export interface Writing {
  readonly git: Git
  readonly dir: string
}

export async function writeTag(writing: Writing, { name, commit, message, by, at }: NewTag): Promise<void> {
  const ref = `refs/tags/${name}`
  assertName(ref)
  assertFull(commit)
  const lines = [`object ${commit}`, 'type commit', `tag ${name}`, `tagger ${person(by, at)}`, '', tidy(message), '']
  const object = await store(writing, 'tag', lines.join('\n'))
  if (await create(writing, ref, object)) return
  if ((await shaOf(writing, `${ref}^{commit}`)) !== commit) throw new Fault('tag.taken', { details: { tag: name } })
}

export async function writeFileCommit(writing: Writing, wanted: NewFileCommit): Promise<string> {
  const ref = `refs/heads/${wanted.branch}`
  assertName(ref)
  assertFull(wanted.parent)
  const bad = pathProblem(wanted.path)
  if (bad !== null) throw new Error(`a file that cannot be committed, ${wanted.path}: ${bad}`)
  const blob = await store(writing, 'blob', wanted.content)
  const tree = await withFile(writing, wanted.parent, { parts: wanted.path.split('/'), blob })
  const { parent, message, by, at } = wanted
  const who = person(by, at)
  const lines = [`tree ${tree}`, `parent ${parent}`, `author ${who}`, `committer ${who}`, '', tidy(message), '']
  const commit = await store(writing, 'commit', lines.join('\n'))
  if (await create(writing, ref, commit)) return commit
  // Made before, on top of what was the newest then.
  const there = await shaOf(writing, ref)
  if (there !== null && (await shaOf(writing, `${ref}:${wanted.path}`)) === blob) return there
  throw new Fault('branch.taken', { details: { branch: wanted.branch, path: wanted.path } })
}

/** The tree with the file put in; folders on the way are made. */
async function withFile(
  writing: Writing,
  tree: string | null,
  { parts, blob }: { readonly parts: readonly string[]; readonly blob: string },
): Promise<string> {
  const [name = '', ...below] = parts
  const entries = tree === null ? [] : entriesIn(await writing.git.text(words.folder(writing.dir, tree)))
  const folder = entries.find(({ path, mode }) => path === name && mode === '040000')?.sha ?? null
  const entry: Omit<Entry, 'bytes'> =
    below.length === 0
      ? { mode: '100644', sha: blob, path: name }
      : { mode: '040000', sha: await withFile(writing, folder, { parts: below, blob }), path: name }
  const stdin = [...entries.filter(({ path }) => path !== name), entry].map(entryLine).join('')
  return (await writing.git.text(words.makeFolder(writing.dir), { stdin })).trim()
}

function entryLine({ mode, sha, path }: Omit<Entry, 'bytes'>): string {
  const type = mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob'
  return `${mode} ${type} ${sha}\t${path}\0`
}

export async function store({ git, dir }: Writing, type: 'blob' | 'tag' | 'commit', stdin: string): Promise<string> {
  return (await git.text(words.store(dir, type), { stdin })).trim()
}

/** False when the ref is there already, with whatever. */
export async function create(writing: Writing, ref: string, sha: string): Promise<boolean> {
  if ((await shaOf(writing, ref)) !== null) return false
  await writing.git.bytes(words.updateRefs(writing.dir), { stdin: `create ${ref}\0${sha}\0` })
  return true
}

export async function shaOf({ git, dir }: Writing, name: string): Promise<string | null> {
  const result = await git.ask(words.object(dir, name))
  return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : null
}

/** Names of tokens are no addresses, and nobody's mail must go astray. */
export function person(by: string, at: number): string {
  const name = by.replace(/[<>\p{Cc}]/gu, '').trim() || 'signalbox'
  return `${name} <${name.replace(/[^A-Za-z0-9.-]+/g, '-')}@signalbox.invalid> ${Math.floor(at / 1000)} +0000`
}

export function tidy(message: string): string {
  return message.replaceAll('\0', '').trim()
}

export function assertName(ref: string): void {
  const problem = refNameProblem(ref)
  if (problem !== null) throw new Fault('ref.refused', { details: { ref, problem } })
}

export function assertFull(sha: string): void {
  if (!isFullSha(sha)) throw new Fault('commit.malformed', { details: { sha } })
}
