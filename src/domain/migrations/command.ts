import { wordsOf } from '../words.ts'
import { complaint, lines, type MigrationAdapter } from './adapter.ts'

/**
 * The app's own command: 0 says that nothing is pending, 1 that something is, and each line it prints is the name of one.
 * Any other ending says nothing about the database.
 */
export const command: MigrationAdapter = {
  files: [],
  list: ({ pending }) => (pending === null ? null : wordsOf(pending)),
  read(output) {
    if (output.exitCode === 0) return { names: [] }
    if (output.exitCode !== 1) return complaint(output)
    const names = lines(output.out)
    return names.length === 0 ? { names: ['a migration that was not named'] } : { names }
  },
}
