import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Why tests that need a sandbox cannot run here; false when they can. `bin/engines bubblewrap` installs it. */
export async function noBubblewrap(): Promise<string | false> {
  try {
    await promisify(execFile)('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'])
    return false
  } catch (error) {
    const problem = `bubblewrap does not run here (bin/engines bubblewrap): ${error instanceof Error ? error.message : error}`
    if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
    return problem
  }
}
