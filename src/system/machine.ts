import { availableParallelism } from 'node:os'
import { readText } from './files.ts'

/** How many programs this machine, or the share of it that we may use, can run at once. */
export function cores(): number {
  return availableParallelism()
}

/** What the machine says of its processors; empty where it says nothing. */
export async function processorText(): Promise<string> {
  return (await readText('/proc/cpuinfo', 4 * 1024 * 1024).catch(() => null)) ?? '' // Unknown, and told as such.
}
