import { complaint, lines, type MigrationAdapter, printEach, sectionsOf, splitAt } from './adapter.ts'

/** Ends with 1 also when all it has to say is that something is pending. */
export const prisma: MigrationAdapter = {
  files: ['prisma/migrations/*/migration.sql'],
  list(spec) {
    const words = splitAt(spec.command, 'migrate')
    return words === null
      ? null
      : [...words.before, 'migrate', 'status', ...words.after.filter((word) => word !== 'deploy')]
  },
  read(output) {
    const said = lines(output.out)
    if (said.some((line) => line.startsWith('Database schema is up to date'))) return { names: [] }
    const at = said.findIndex((line) => /^Following migrations? have not yet been applied:/.test(line))
    if (at < 0) return complaint(output)
    const rest = said.slice(at + 1)
    const end = rest.findIndex((line) => !/^\w[\w-]*$/.test(line))
    return { names: end < 0 ? rest : rest.slice(0, end) }
  },
  sql: (_, { names }) => printEach(names, (name) => ['cat', `prisma/migrations/${name}/migration.sql`]),
  readSql: sectionsOf,
}
