import { join } from 'node:path'
import type { StepSpec } from '../../domain/spec.ts'
import { Fault } from '../../lib/fault.ts'
import { exists, readText, writeText } from '../../system/files.ts'
import { kindOf } from '../../system/links.ts'
import { type ChildResult, problemOf } from '../../system/process.ts'
import type { JobContext } from '../context.ts'
import { LARGEST_OUTPUT_BYTES, parseOutputs } from '../outputs.ts'
import { aborted, type Ending, failed, type Step, succeeded } from '../step.ts'
import { folderWithin } from '../workspace.ts'

/** A script of the user's, run by `sh -e` from a file, so that nothing is ever pasted into it. */
export function shell(job: JobContext, spec: StepSpec, index: number): Step {
  let tries = 0
  return async (signal) => {
    tries += 1
    const attempt = `${index}.${tries}`
    const cwd = folderWithin(job.places.workspace, job.plan.directory, spec.directory)
    if (cwd === null || !(await exists(cwd))) return failed(`there is no folder ${spec.directory} in the workspace`)
    const output = join(job.places.own, `output-${attempt}`)
    const result = await runScript({ job, spec, index, attempt, cwd, output }, signal)
    const ending = result.ended === 'aborted' ? aborted : await judge(job, result, output)
    if (ending.outcome !== 'succeeded') await job.processes.end(attempt)
    return ending
  }
}

interface Script {
  readonly job: JobContext
  readonly spec: StepSpec
  readonly index: number
  readonly attempt: string
  readonly cwd: string
  readonly output: string
}

async function runScript(
  { job, spec, index, attempt, cwd, output }: Script,
  signal: AbortSignal,
): Promise<ChildResult> {
  const script = join(job.places.own, `step-${attempt}.sh`)
  await writeText(script, `${spec.run}\n`)
  await writeText(output, '')
  const stdout = job.out.sink({ step: index, stream: 'o' })
  const stderr = job.out.sink({ step: index, stream: 'e' })
  const env = job.environment(job.record.services, spec.env, { SIGNALBOX_OUTPUT: output })
  const child = await job.processes.start({
    argv: await job.enclosed(['/bin/sh', '-e', script], { script, output }),
    cwd,
    env,
    stdout,
    stderr,
    step: attempt,
    signal,
  })
  const result = await child.result
  stdout.end()
  stderr.end()
  return result
}

async function judge(job: JobContext, result: ChildResult, output: string): Promise<Ending> {
  if (result.signal === 'SIGKILL') return failed('signal SIGKILL, as when memory runs out', null)
  if (result.exitCode !== 0) return failed(problemOf(result), result.exitCode)
  const problem = await takeOutputs(job, output)
  return problem === null ? { ...succeeded, exitCode: 0 } : failed(`its outputs are not usable: ${problem}`, 0)
}

async function takeOutputs(job: JobContext, path: string): Promise<string | null> {
  const kind = await kindOf(path)
  if (kind === 'nothing') return null
  if (kind !== 'file') return 'SIGNALBOX_OUTPUT is no plain file any more'
  const text = await readLimited(path)
  if (text === null) return `they are larger than ${LARGEST_OUTPUT_BYTES} bytes`
  const parsed = parseOutputs(text)
  if ('problem' in parsed) return parsed.problem
  const leaking = Object.entries(parsed.outputs).find(([, value]) => job.redactor.text(value) !== value)
  if (leaking !== undefined) return `${leaking[0]} holds a secret, and outputs are shown`
  job.record.outputs = { ...job.record.outputs, ...parsed.outputs }
  return null
}

async function readLimited(path: string): Promise<string | null> {
  try {
    return await readText(path, LARGEST_OUTPUT_BYTES)
  } catch (error) {
    if (error instanceof Fault && error.code === 'file.too_large') return null
    throw error
  }
}
