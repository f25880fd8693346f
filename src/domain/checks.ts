import type { Job, Run } from './run.ts'

/** What became of a required check for one commit. */
export interface CheckState {
  readonly name: string
  /** `left_out`: no run of the commit touched its paths; that counts as passed. `missing`: there was no run of it at all. */
  readonly state: 'passed' | 'left_out' | 'running' | 'failed' | 'missing'
  /** The run that says so. */
  readonly run: string | null
}

/**
 * Required checks by SHA, across the runs of the commit: the newest run that had the check is the one that counts. All cells of
 * its matrix have to have passed; one that was skipped because something before it failed has not.
 */
export function checkStates(names: readonly string[], runs: readonly Run[]): readonly CheckState[] {
  return names.map((name) => {
    const found = runs.findLast(({ jobs }) => jobs.some((job) => isCell(job, name)))
    if (found === undefined) return { name, state: runs.some(hadJobs) ? 'left_out' : 'missing', run: null }
    return { name, state: stateOf(found.jobs.filter((job) => isCell(job, name))), run: found.id }
  })
}

function isCell({ kind, of }: Job, name: string): boolean {
  return kind === 'check' && of === name
}

function hadJobs({ jobs, outcome }: Run): boolean {
  return jobs.length > 0 || outcome === 'succeeded'
}

function stateOf(cells: readonly Job[]): CheckState['state'] {
  if (cells.some(({ outcome }) => outcome !== null && outcome !== 'succeeded')) return 'failed'
  return cells.every(({ outcome }) => outcome === 'succeeded') ? 'passed' : 'running'
}
