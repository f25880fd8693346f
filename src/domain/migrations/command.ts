import { wordsOf } from '../words.ts'
import { complaint, lines, type MigrationAdapter } from './adapter.ts'

/**
 * The app's own command: 0 says that nothing is pending, 1 that something is, and each line it prints is the name of one.
 * Any other ending says nothing about the database. A line that no file or revision would be called is talk beside it: a
 * time in it would make each look another plan.
 */
export const command: MigrationAdapter = {
  files: [],
  list: ({ pending }) => (pending === null ? null : wordsOf(pending)),
  read(output) {
    if (output.exitCode === 0) return { names: [] }
    if (output.exitCode !== 1) return complaint(output)
    const names = lines(output.out).filter(isName)
    return names.length === 0 ? { names: ['a migration that was not named'] } : { names }
  },
}

function isName(line: string): boolean {
  return line.length <= 200 && /^[\w][\w./:@+-]*$/u.test(line)
}
