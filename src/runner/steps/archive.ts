import { runChild, runText } from '../../system/process.ts'
import { systemPath } from '../../system/programs.ts'
import type { JobContext } from '../context.ts'
import { aborted, failed, type Step, succeeded } from '../step.ts'

/** Keeps the workspace as an archive. The same content gives the same bytes, whoever built it, when and where. */
export function archive(job: JobContext): Step {
  return async (signal) => {
    const special = await specialFile(job, signal)
    if (special !== null)
      return failed(`${special} is a device, socket or pipe: an archive holds files, folders and links`)
    await using out = await job.artifacts.writer()
    const argv = archiveWords(job.places.workspace, job.plan.committedAt)
    const result = await runChild({ ...common(job, signal), argv, stdout: (bytes) => out.write(bytes) })
    if (signal.aborted) return aborted
    if (result.exitCode !== 0) return failed(`the workspace could not be archived: ${lastLine(result.tail)}`)
    job.record.artifact = await out.commit()
    job.out.say(`archive ${job.record.artifact.digest}, ${job.record.artifact.bytes} bytes`)
    return succeeded
  }
}

/** GNU tar, with everything left out that differs between two builds of the same content. */
function archiveWords(folder: string, committedAtMs: number): readonly string[] {
  return [
    ...['tar', '--create', '--file=-', '--format=gnu', '--sort=name', '--hard-dereference'],
    ...['--owner=0', '--group=0', '--numeric-owner', `--mtime=@${Math.floor(committedAtMs / 1_000)}`],
    ...['--no-acls', '--no-selinux', '--no-xattrs', `--directory=${folder}`, '--', '.'],
  ]
}

async function specialFile(job: JobContext, signal: AbortSignal): Promise<string | null> {
  const kinds = ['b', 'c', 'p', 's'].flatMap((kind) => ['-o', '-type', kind]).slice(1)
  const argv = ['find', '.', '(', ...kinds, ')', '-print', '-quit']
  const found = await runText({ ...common(job, signal), argv, cwd: job.places.workspace })
  return found === '' ? null : found.trimEnd()
}

const LIMIT_MS = 60 * 60_000

function common(job: JobContext, signal: AbortSignal) {
  const env = { PATH: systemPath, LC_ALL: 'C', ...job.processes.marks }
  return { env, limitMs: LIMIT_MS, graceMs: 1_000, signal, clock: job.clock }
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}
