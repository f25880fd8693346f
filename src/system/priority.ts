import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { codeOf } from './errors.ts'

const NICENESS = 10
const FIRST_OUT_OF_MEMORY = 500

/**
 * Makes a program of ours, and what it starts from now on, step back behind everything else: it gets the processor when
 * others leave it (the higher its niceness, 19 at most, the less beside them), and is the first to go when memory runs out.
 * Call it right after the start. Any user may do this to his own; where the machine forbids it, the program just runs like
 * others.
 */
export function stepBack(pid: number, niceness = NICENESS): void {
  attempt(() => setPriority(pid, niceness))
  // Where sessions are scheduled as groups, only the group's niceness counts against other sessions.
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)))
  attempt(() => writeFileSync(`/proc/${pid}/oom_score_adj`, String(FIRST_OUT_OF_MEMORY)))
}

function attempt(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (codeOf(error) === null) throw error // Refusals of the system are all the same to us; mistakes of ours are not.
  }
}
