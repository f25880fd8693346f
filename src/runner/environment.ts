import { systemPath } from '../system/programs.ts'
import type { JobPlan } from './runner.ts'
import type { Places } from './workspace.ts'

export type Environment = Readonly<Record<string, string>>

export interface EnvironmentOptions {
  readonly plan: JobPlan
  readonly places: Places
  /** Folders of programs in front of the usual ones. */
  readonly toolPath: readonly string[]
}

/**
 * All that a program of a job sees; nothing of the server's own environment. Later layers win: defaults, what the
 * pipeline says, what is said for this program, and last who it is, so that no job can pass for another. What a
 * pipeline's author may set comes through `fromPipeline` only: for a run that is not trusted, that is where names are refused.
 */
export function environmentOf(options: EnvironmentOptions, ...more: readonly Environment[]): Environment {
  return Object.assign({}, defaults(options), fromPipeline(options.plan), ...more, identity(options.plan))
}

function defaults({ places, toolPath }: EnvironmentOptions): Environment {
  return {
    PATH: [...toolPath, systemPath].join(':'),
    HOME: places.home,
    TMPDIR: places.temporary,
    LANG: 'C.UTF-8',
    CI: 'true',
  }
}

function fromPipeline({ env, secrets }: JobPlan): Environment {
  return { ...env, ...secrets }
}

/** An attempt is `r17/test/1`; only the job's name in the middle may hold a slash. */
function identity({ attempt, project, commit, branch }: JobPlan): Environment {
  const words = attempt.split('/')
  return {
    SIGNALBOX: 'true',
    SIGNALBOX_PROJECT: project,
    SIGNALBOX_RUN: words[0] ?? '',
    SIGNALBOX_JOB: words.slice(1, -1).join('/'),
    SIGNALBOX_COMMIT: commit,
    ...(branch === null ? {} : { SIGNALBOX_BRANCH: branch }),
  }
}
