import { join } from 'node:path'
import type { StepSpec } from '../../src/domain/spec.ts'
import { parseJobLog } from '../../src/lib/job-log.ts'
import { silent } from '../../src/lib/log.ts'
import { type LocalRunnerOptions, localRunner } from '../../src/runner/local-runner.ts'
import type { JobPlan, JobResult, Runner } from '../../src/runner/runner.ts'
import { type ArtifactStore, openArtifacts } from '../../src/system/artifacts.ts'
import { systemClock } from '../../src/system/clock.ts'
import { type JobLogs, openJobLogs } from '../../src/system/job-logs.ts'
import { findByMarks, type ProcessInfo } from '../../src/system/proc.ts'
import { newId } from '../../src/system/random.ts'
import { repository, type TestRepository } from './repository.ts'
import { tempDir } from './temp-dir.ts'

/** A runner on a data folder and a repository of its own. */
export interface TestRunner extends AsyncDisposable {
  readonly path: string
  readonly repository: TestRepository
  readonly runner: Runner
  readonly artifacts: ArtifactStore
  readonly logs: JobLogs
  readonly options: LocalRunnerOptions
  /** A plan for the newest commit, with a new attempt. */
  plan(more: Partial<JobPlan>): Promise<JobPlan>
  run(more: Partial<JobPlan>, signal?: AbortSignal): Promise<JobResult & { readonly attempt: string }>
  /** What the log's lines say, without time and step. */
  lines(attempt: string, stream?: 'o' | 'e' | 's'): Promise<string[]>
  /** Processes that carry this runner's mark. */
  processes(): Promise<readonly ProcessInfo[]>
}

const neverAborted = new AbortController().signal

export async function testRunner(more: Partial<LocalRunnerOptions> = {}): Promise<TestRunner> {
  const dir = await tempDir()
  const source = await repository()
  await source.commit({ 'README.md': 'a project' })
  const artifacts = openArtifacts(join(dir.path, 'artifacts'))
  const logs = openJobLogs({ directory: join(dir.path, 'logs'), clock: systemClock })
  const fixed = { workDir: join(dir.path, 'work'), artifacts, logs, clock: systemClock, log: silent }
  const retryDelay = { firstMs: 1, mostMs: 1 }
  const options: LocalRunnerOptions = {
    ...fixed,
    serverId: newId('srv'),
    graceMs: 300,
    orphanGraceMs: 300,
    retryDelay,
    ...more,
  }
  const runner = localRunner(options)
  let attempts = 0
  const plan = async (wish: Partial<JobPlan>): Promise<JobPlan> => ({
    ...emptyPlan,
    attempt: `r1/test/${++attempts}`,
    repository: source.gitDir,
    commit: await source.git('rev-parse', 'HEAD'),
    ...wish,
  })
  return {
    path: dir.path,
    repository: source,
    runner,
    artifacts,
    logs,
    options,
    plan,
    async run(wish, signal = neverAborted) {
      const whole = await plan(wish)
      return { ...(await runner.run(whole, signal)), attempt: whole.attempt }
    },
    async lines(attempt, stream = 'o') {
      const { text } = await logs.read(attempt, { offset: 0, limitBytes: 64 * 1024 * 1024 })
      return parseJobLog(text).flatMap((line) => (line.stream === stream ? [line.text] : []))
    },
    processes: () => findByMarks({ SIGNALBOX_SERVER: options.serverId }),
    async [Symbol.asyncDispose]() {
      await runner.recover()
      await source[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** A step that runs this script, with nothing special. */
export function step(run: string, more: Partial<StepSpec> = {}): StepSpec {
  return { name: 'step', run, directory: '.', env: {}, timeoutMs: null, retries: 0, continueOnError: false, ...more }
}

const emptyPlan = {
  project: 'shop',
  committedAt: Date.UTC(2026, 0, 2),
  branch: 'main',
  directory: '.',
  steps: [],
  services: [],
  env: {},
  secrets: {},
  timeoutMs: 30_000,
  archive: false,
  sandbox: null,
} as const
