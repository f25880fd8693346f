import { type FaultEntry, faults } from '../lib/faults.ts'

/** `docs/reference/errors.md`: every Fault, by area. `{name}` places are left as they are. */
export function errorsPage(): string {
  const codes = Object.entries<FaultEntry>(faults).map(([code, entry]) => ({
    code,
    area: code.split('.')[0] ?? '',
    entry,
  }))
  const areas = [...Map.groupBy(codes, ({ area }) => area)].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    '# Errors',
    '',
    'Printed from `src/lib/faults.ts` by `bin/reference`; do not edit.',
    '',
    'Every error has a code, a sentence that says what happened, and a hint that says what to do. `{name}` stands for',
    'what the error is about. Errors marked *temporary* may go away by themselves: Signalbox tries again, and so may you.',
    '',
    ...areas.flatMap(([area, within]) => [`## ${area}`, '', ...within.toSorted(byCode).flatMap(section)]),
  ].join('\n')
}

interface Coded {
  readonly code: string
  readonly entry: FaultEntry
}

function section({ code, entry }: Coded): readonly string[] {
  const mark = entry.temporary === true ? ' (temporary)' : ''
  return [`### \`${code}\`${mark}`, '', `${entry.sentence}.`, '', entry.hint, '']
}

function byCode(a: Coded, b: Coded): number {
  return a.code < b.code ? -1 : 1
}
