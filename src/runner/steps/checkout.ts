import { join } from 'node:path'
import { Fault } from '../../lib/fault.ts'
import { makeDirectory, writeText } from '../../system/files.ts'
import { runPiped } from '../../system/piped.ts'
import { assertSuccess, type ChildResult } from '../../system/process.ts'
import { systemPath } from '../../system/programs.ts'
import type { JobContext } from '../context.ts'
import { aborted, type Step, succeeded } from '../step.ts'

/** The files of exactly the commit, and nothing else: no history, no submodules, nothing that was not committed. */
export function checkout(job: JobContext): Step {
  return async (signal) => {
    const { plan, places, clock } = job
    job.out.say(`commit ${plan.commit}${plan.branch === null ? '' : ` of ${plan.branch}`}`)
    const gitDir = await makeGitDir(join(places.own, 'git'), plan.commit)
    const env = { ...gitEnvironment(places.own, join(plan.repository, 'objects')), ...job.processes.marks }
    const shared = { env, signal, clock, limitMs: LIMIT_MS, graceMs: 1_000 }
    const [archived, unpacked] = await runPiped(
      { ...shared, argv: archiveWords(gitDir, plan.commit) },
      { ...shared, argv: unpackWords(places.workspace) },
    )
    if (signal.aborted) return aborted
    assertComplete(job, archived, unpacked)
    return succeeded
  }
}

const LIMIT_MS = 30 * 60_000

/** The words for git; the commit is checked to be a full SHA before. */
function archiveWords(gitDir: string, commit: string): readonly string[] {
  return ['git', `--git-dir=${gitDir}`, 'archive', '--format=tar', '--end-of-options', commit]
}

/** tar takes no path that leads out of the folder, and no owner from the archive. */
function unpackWords(workspace: string): readonly string[] {
  return ['tar', '--extract', '--no-same-owner', '--no-same-permissions', '--file=-', `--directory=${workspace}`]
}

/**
 * An empty repository that only borrows the objects of the real one. So nothing of that one's settings, hooks or
 * attributes has a say, and `export-ignore` in the commit cannot leave files out: checks see all that is committed.
 */
async function makeGitDir(path: string, commit: string): Promise<string> {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw new Fault('commit.malformed', { details: { sha: commit } })
  for (const folder of ['objects', 'refs', 'info']) await makeDirectory(join(path, folder))
  const format = commit.length === 64 ? '[extensions]\n\tobjectFormat = sha256\n' : ''
  await writeText(
    join(path, 'config'),
    `[core]\n\trepositoryFormatVersion = 1\n\tbare = true\n${format}[tar]\n\tumask = 0022\n`,
  )
  await writeText(join(path, 'info', 'attributes'), '* -export-ignore -export-subst\n')
  await writeText(join(path, 'HEAD'), 'ref: refs/heads/none\n')
  return path
}

function gitEnvironment(home: string, objects: string): Readonly<Record<string, string>> {
  return {
    PATH: systemPath,
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: '',
    GIT_OBJECT_DIRECTORY: objects,
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'core.hooksPath',
    GIT_CONFIG_VALUE_0: '/dev/null',
    GIT_CONFIG_KEY_1: 'core.fsmonitor',
    GIT_CONFIG_VALUE_1: 'false',
  }
}

const isNoObject = /not a valid object name|not a tree object|bad object|unable to read tree/i
const diskWasFull = /No space left on device|Disk quota exceeded|Wrote only \d+ of \d+ bytes/

/** When tar ends first, git only tells that nobody was reading. */
function assertComplete(job: JobContext, archived: ChildResult, unpacked: ChildResult): void {
  const { plan, places } = job
  if (diskWasFull.test(unpacked.tail)) throw new Fault('disk.full', { details: { path: places.workspace } })
  if (archived.exitCode !== 0 && isNoObject.test(archived.tail)) {
    throw new Fault('commit.missing', { details: { sha: plan.commit, project: plan.project } })
  }
  if (archived.signal !== 'SIGPIPE') assertSuccess(['git', 'archive', plan.commit], archived)
  assertSuccess(['tar', '--extract'], unpacked)
}
