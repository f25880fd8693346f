import type { Command } from '../domain/command.ts'

/**
 * How long a command is made again while it fails for the world's sake, counted from the first failure in a row: a call
 * that took its time, or a server that was away for a while, uses up nothing of it. Null = until its subject gives up.
 */
export function patienceMsOf(command: Command): number | null {
  switch (command.do) {
    case 'step':
      // Going back is tried for as long as the deployment's own limit allows.
      return command.phase === 'rolling' ? 120_000 : null
    case 'one_off':
    case 'survey':
      return 60_000
    case 'end_one_off':
      return 3_600_000
    case 'job':
      return null
    case 'door':
    case 'clear':
    case 'source':
      return 3_600_000
    case 'versions':
      return 0 // What is not known is recorded as not known.
    case 'converge':
      return 0 // The next look comes anyway.
  }
}
