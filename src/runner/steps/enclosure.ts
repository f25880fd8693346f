import { messageOf } from '../../lib/fault.ts'
import { runChild } from '../../system/process.ts'
import type { JobContext } from '../context.ts'
import { type Ending, errored, type Step, succeeded } from '../step.ts'

/** Before anything of a job from outside is run: the sandbox must be there, and hold. Without it nothing is run. */
export function enclosure(job: JobContext): Step {
  return async (signal) => {
    if (job.plan.sandbox === null) return succeeded
    const [service] = job.plan.services
    if (service !== undefined) {
      return errored(`a sandbox has no services, and this job needs ${service.name}; nothing was run`)
    }
    const problem = await problemWith(job, signal)
    if (problem !== null) return noSandbox(problem)
    job.out.say(`in a sandbox ${job.plan.sandbox.network ? 'with' : 'without'} a network`)
    return succeeded
  }
}

function noSandbox(problem: string): Ending {
  return errored(`there is no sandbox here (install bubblewrap: bwrap): ${problem}; nothing was run`)
}

async function problemWith(job: JobContext, signal: AbortSignal): Promise<string | null> {
  try {
    const result = await runChild({
      argv: await job.enclosed(['true'], null),
      cwd: job.places.workspace,
      env: { ...job.environment(), ...job.processes.marks },
      limitMs: 20_000,
      signal,
      clock: job.clock,
    })
    return result.exitCode === 0 ? null : result.tail.trim() || 'it did not start'
  } catch (error) {
    return messageOf(error)
  }
}
