import { complaint, lines, type MigrationAdapter, printEach, sectionsOf, splitAt } from './adapter.ts'

/** `[ ]  shop.0002_gift` in the order in which they will run. */
const planned = /^\[( |X)\]\s+(\w+\.\w+)/

/** What a migration does in Python cannot be read as SQL: two wordings, of Django 3 and of those after it. */
const isPython = /CANNOT BE WRITTEN AS SQL|^-- Raw Python operation/m

export const django: MigrationAdapter = {
  files: ['**/migrations/*.py'],
  list(spec) {
    const words = splitAt(spec.command, 'migrate')
    return words === null ? null : [...words.before, 'showmigrations', '--plan']
  },
  read(output) {
    if (output.exitCode !== 0) return complaint(output)
    const found = lines(output.out).flatMap((line) => {
      const [, state, name] = planned.exec(line) ?? []
      return state === ' ' && name !== undefined ? [name] : []
    })
    return { names: found }
  },
  sql(spec, { names }) {
    const words = splitAt(spec.command, 'migrate')
    if (words === null) return null
    return printEach(names, (name) => {
      const [app = '', migration = ''] = name.split('.')
      return [...words.before, 'sqlmigrate', app, migration]
    })
  },
  readSql: (output) => new Map([...sectionsOf(output)].filter(([, sql]) => !isPython.test(sql))),
}
