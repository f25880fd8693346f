import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { silent } from '../../src/lib/log.ts'
import { localRunner } from '../../src/runner/local-runner.ts'
import type { JobPlan } from '../../src/runner/runner.ts'
import { openArtifacts } from '../../src/system/artifacts.ts'
import { systemClock } from '../../src/system/clock.ts'
import { openJobLogs } from '../../src/system/job-logs.ts'

/** A program: a server that does nothing but run one job, so that a test can kill it. Reads its orders from standard input. */
interface Orders {
  readonly path: string
  readonly serverId: string
  readonly plan: JobPlan
}

const { path, serverId, plan } = JSON.parse(readFileSync(0, 'utf8')) as Orders
const runner = localRunner({
  workDir: join(path, 'work'),
  artifacts: openArtifacts(join(path, 'artifacts')),
  logs: openJobLogs({ directory: join(path, 'logs'), clock: systemClock }),
  clock: systemClock,
  log: silent,
  serverId,
})
const result = await runner.run(plan, new AbortController().signal)
console.log(JSON.stringify(result))
