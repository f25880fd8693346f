import { complaint, lines, type MigrationAdapter, splitAt } from './adapter.ts'

/** Its migrations are programs: there is no SQL to print. */
export const knex: MigrationAdapter = {
  files: ['migrations/*.{js,ts,cjs,mjs}'],
  list(spec) {
    const words = splitAt(spec.command, 'migrate:latest')
    return words === null ? null : [...words.before, 'migrate:list', ...words.after]
  },
  read(output) {
    if (output.exitCode !== 0) return complaint(output)
    const said = lines(withoutColours(output.out))
    if (said.some((line) => line.startsWith('No Pending Migration files Found'))) return { names: [] }
    const at = said.findIndex((line) => /^Found \d+ Pending Migration file/.test(line))
    return at < 0 ? complaint(output) : { names: said.slice(at + 1) }
  },
}

function withoutColours(text: string): string {
  return text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
}
