import { matchesPaths } from './glob.ts'
import type { Job } from './run.ts'
import type { AppSpec, JobSpec, MatrixSpec, ProjectSpec } from './spec.ts'

export interface JobsInput {
  readonly spec: ProjectSpec
  /** Paths the event changed; null = unknown, everything counts as changed. */
  readonly changed: readonly string[] | null
  /** Apps that have a release of this very commit already. */
  readonly released: readonly string[]
  /** Apps of which something is in this commit and in no release yet, whatever the event changed. */
  readonly behind: readonly string[]
}

/** The jobs of a run: checks with their matrix unfolded, then one build per app that changed or is behind. A check left out counts as passed. */
export function jobsOf({ spec, changed, released, behind }: JobsInput): readonly Job[] {
  const cells = new Map(spec.checks.map((check) => [check.name, unfold(check, changed)]))
  const checks = inNeedsOrder(spec.checks).flatMap((check) => {
    const needs = check.needs.flatMap((name) => (cells.get(name) ?? []).map((cell) => cell.name))
    return (cells.get(check.name) ?? []).map((cell) => ({ ...cell, needs }))
  })
  const needs = checks.map(({ name }) => name)
  const isDue = ({ name, paths }: AppSpec) => behind.includes(name) || isTouched(paths, changed)
  const builds = spec.apps.filter((app) => isDue(app) && !released.includes(app.name))
  return [...checks, ...builds.map((app) => buildJob(app, needs))]
}

function buildJobName(app: string): string {
  return `build:${app}`
}

/** Every cell of a matrix: the product of the axes, less `exclude`, plus `include`. */
export function cellsOf(matrix: MatrixSpec | null): readonly Readonly<Record<string, string>>[] {
  if (matrix === null) return [{}]
  const product = Object.entries(matrix.axes).reduce<readonly Record<string, string>[]>(
    (cells, [axis, values]) => cells.flatMap((cell) => values.map((value) => ({ ...cell, [axis]: value }))),
    [{}],
  )
  const kept = product.filter(
    (cell) => !matrix.exclude.some((out) => Object.entries(out).every(([axis, value]) => cell[axis] === value)),
  )
  const start = Object.keys(matrix.axes).length === 0 ? [] : kept
  return [...start, ...matrix.include]
}

function unfold(check: JobSpec, changed: readonly string[] | null): readonly Job[] {
  if (!isTouched(check.paths, changed)) return []
  return cellsOf(check.matrix).map((matrix) => ({
    ...blank,
    name: cellName(check.name, matrix),
    kind: 'check',
    of: check.name,
    matrix,
    failFast: check.matrix?.failFast ?? false,
    retries: check.retries,
    continueOnError: check.continueOnError,
    limitMs: check.timeoutMs,
  }))
}

function buildJob(app: AppSpec, needs: readonly string[]): Job {
  const { retries, timeoutMs } = app.build ?? { retries: 0, timeoutMs: 600_000 }
  return { ...blank, name: buildJobName(app.name), kind: 'build', of: app.name, needs, retries, limitMs: timeoutMs }
}

const blank: Job = {
  name: '',
  kind: 'check',
  of: '',
  matrix: {},
  failFast: false,
  needs: [],
  retries: 0,
  continueOnError: false,
  limitMs: 0,
  state: 'waiting',
  attempt: 1,
  failures: 0,
  losses: 0,
  outcome: null,
  reason: null,
  outputs: {},
  artifact: null,
  startedAt: null,
  finishedAt: null,
}

function cellName(check: string, matrix: Readonly<Record<string, string>>): string {
  const cell = Object.entries(matrix).map(([axis, value]) => `${axis}=${value}`)
  return cell.length === 0 ? check : `${check}[${cell.join(',')}]`
}

function isTouched(paths: readonly string[], changed: readonly string[] | null): boolean {
  return paths.length === 0 || changed === null || matchesPaths(paths, changed)
}

/** Each check after the ones it needs; `config/` has refused cycles. */
function inNeedsOrder(checks: readonly JobSpec[]): readonly JobSpec[] {
  const done: JobSpec[] = []
  const add = (check: JobSpec): void => {
    if (done.includes(check)) return
    for (const need of checks.filter(({ name }) => check.needs.includes(name))) add(need)
    done.push(check)
  }
  checks.forEach(add)
  return done
}
