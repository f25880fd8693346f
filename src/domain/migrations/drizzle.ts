import { complaint, lines, type MigrationAdapter, printEach, sectionsOf } from './adapter.ts'

/**
 * drizzle-kit has no command that tells what is pending, so a program of ours asks, from within the app's folder and with the
 * client the app has. This word stands for it; whoever runs the words puts it there.
 */
export const drizzleLook = '{drizzle look}'

export const drizzle: MigrationAdapter = {
  files: ['drizzle/**/*.sql', 'migrations/**/*.sql'],
  list: () => ['node', '-e', drizzleLook],
  read(output) {
    const said = lines(output.out)
    const folder = said.find((line) => line.startsWith('signalbox journal: '))?.slice('signalbox journal: '.length)
    if (output.exitCode !== 0 || folder === undefined) return complaint(output)
    const names = said.flatMap((line) => (line.startsWith('pending: ') ? [line.slice('pending: '.length)] : []))
    return { names, from: folder }
  },
  sql: (_, { names, from }) => printEach(names, (name) => ['cat', `${from}/${name}.sql`]),
  readSql: sectionsOf,
}
