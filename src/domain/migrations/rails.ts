import { complaint, lines, type MigrationAdapter, splitAt } from './adapter.ts'

/** `  down    20261124101500  Add gift to orders` */
const row = /^(up|down)\s+(\d+)\s+(.*)$/

/** Rails has no way to print the SQL of a migration without running it. */
export const rails: MigrationAdapter = {
  files: ['db/migrate/*.rb'],
  list(spec) {
    const words = splitAt(spec.command, 'db:migrate')
    return words === null ? null : [...words.before, 'db:migrate:status']
  },
  read(output) {
    // A database in which nothing was ever migrated has no table of them, and nothing else is wrong with it.
    const isEmpty = /Schema migrations table does not exist yet/.test(output.out + output.err)
    if (isEmpty) return { problem: 'the database has no table of migrations yet, so Rails lists none' }
    if (output.exitCode !== 0) return complaint(output)
    const found = lines(output.out).flatMap((line) => {
      const [, state, id, title] = row.exec(line) ?? []
      return state === 'down' ? [`${id} ${title}`] : []
    })
    return { names: found }
  },
}
