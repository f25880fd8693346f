import { Fault } from '../../lib/fault.ts'
import { sha256 } from '../../lib/hash.ts'
import { assertSuccess } from '../../system/process.ts'
import type { Bundles } from '../source.ts'
import { words } from './argv.ts'
import { type Asking, type Git, type GitOptions, git } from './git.ts'
import { repositoryPath } from './paths.ts'
import { gitRepositories } from './repository.ts'

/** A whole history, packed or unpacked and looked at. */
const LIMIT_MS = 4 * 60 * 60_000

export function gitBundles(options: GitOptions): Bundles {
  const program = git(options)
  const at = (project: string) => repositoryPath(options.reposDir, project)
  return {
    async state(project) {
      const refs = await program.text(words.allRefs(at(project)))
      const head = (await program.text(words.head(at(project)))).trim()
      return { head, refs: sha256(refs), isEmpty: refs === '' }
    },
    async write(project, file, signal) {
      await done(program, words.bundle(at(project), file), { limitMs: LIMIT_MS, signal })
    },
    async read(project, { file, head }, signal) {
      await gitRepositories(options).create(project)
      if (file !== null) {
        await done(program, words.unbundle(at(project), file), { limitMs: LIMIT_MS, signal, protocols: ['file'] })
      }
      await program.bytes(words.setHead(at(project), head))
    },
  }
}

/** A disk that is full says nothing about the repository. */
async function done(program: Git, argv: readonly string[], asking: Asking): Promise<void> {
  const result = await program.ask(argv, asking)
  if (/No space left on device|Out of diskspace|Disk quota exceeded/.test(result.tail))
    throw new Fault('disk.full', { details: { path: argv.at(-1), tail: result.tail } })
  assertSuccess(argv, result)
}
