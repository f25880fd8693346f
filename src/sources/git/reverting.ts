import { Fault } from '../../lib/fault.ts'
import { assertSuccess } from '../../system/process.ts'
import type { NewRevert, Reverted } from '../source.ts'
import { commitsIn } from './answers.ts'
import { words } from './argv.ts'
import { assertFull, assertName, create, person, shaOf, store, tidy, type Writing } from './writing.ts'

/** What git says of words it does not know. */
const usageExit = 129

/**
 * A commit that takes back what another one changed, on a branch of its own. It is merged in the object store: there is no
 * worktree, nothing is checked out, and a crash leaves at most objects that nobody names.
 */
export async function writeRevert(writing: Writing, wanted: NewRevert): Promise<Reverted> {
  const ref = `refs/heads/${wanted.branch}`
  assertName(ref)
  assertFull(wanted.commit)
  assertFull(wanted.onto)
  const there = await madeBefore(writing, ref, wanted)
  if (there !== null) return { sha: there, isNew: false }
  const tree = await treeWithout(writing, wanted)
  const who = person(wanted.by, wanted.at)
  const message = `${tidy(wanted.message)}\n\n${trace(wanted.commit)}`
  const lines = [`tree ${tree}`, `parent ${wanted.onto}`, `author ${who}`, `committer ${who}`, '', message, '']
  const sha = await store(writing, 'commit', lines.join('\n'))
  if (await create(writing, ref, sha)) return { sha, isNew: true }
  throw new Fault('branch.taken', { details: { branch: wanted.branch, path: 'that revert' } })
}

/** By this line a revert is known, also by git and its hosts. */
function trace(commit: string): string {
  return `This reverts commit ${commit}.`
}

async function madeBefore(writing: Writing, ref: string, { commit, branch }: NewRevert): Promise<string | null> {
  const sha = await shaOf(writing, ref)
  if (sha === null) return null
  const text = await writing.git.text(words.text(writing.dir, sha))
  if (text.split('\n').includes(trace(commit))) return sha
  throw new Fault('branch.taken', { details: { branch, path: 'that revert' } })
}

/**
 * The change from the commit back to its first parent, merged into `onto`. Three commits that nobody keeps tell git what
 * lies between which: so the merge has the commit's own state for its base.
 */
async function treeWithout(writing: Writing, { commit, onto }: NewRevert): Promise<string> {
  const { git, dir } = writing
  const [base, ours] = [await treeOf(writing, commit), await treeOf(writing, onto)]
  const [first] = commitsIn(await git.text(words.commits(dir, { from: null, to: commit, limit: 1 })))
  const parent = first?.parents[0]
  const theirs = parent === undefined ? await emptyTree(writing) : await treeOf(writing, parent)
  const root = await knot(writing, base, null)
  const argv = words.mergeTrees(dir, await knot(writing, ours, root), await knot(writing, theirs, root))
  const result = await git.ask(argv)
  const [tree = '', ...files] = result.stdout
    .toString('utf8')
    .split('\0')
    .filter((part) => part !== '')
  if (result.exitCode === 1 && files.length > 0) {
    const names = [...new Set(files)].join(', ')
    throw new Fault('revert.conflict', { details: { commit, files: names } })
  }
  if (result.exitCode === usageExit) throw new Fault('git.too_old', { details: { found: 'this one', needed: '2.38' } })
  assertSuccess(argv, result)
  if (tree === ours) throw new Fault('revert.nothing', { details: { commit } })
  return tree
}

async function treeOf(writing: Writing, commit: string): Promise<string> {
  const tree = await shaOf(writing, `${commit}^{tree}`)
  if (tree === null) throw new Fault('commit.missing', { details: { project: writing.dir, sha: commit } })
  return tree
}

async function emptyTree({ git, dir }: Writing): Promise<string> {
  return (await git.text(words.makeFolder(dir), { stdin: '' })).trim()
}

async function knot(writing: Writing, tree: string, parent: string | null): Promise<string> {
  const who = person('signalbox', 0)
  const parents = parent === null ? [] : [`parent ${parent}`]
  return await store(
    writing,
    'commit',
    [`tree ${tree}`, ...parents, `author ${who}`, `committer ${who}`, '', ''].join('\n'),
  )
}
