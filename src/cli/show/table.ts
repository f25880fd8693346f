import type { FactView } from '../../api/views.ts'

/** Facts as lines of a file, in the order of `audit export`: whole, so that the hashes can be derived again. */
export interface FactTable {
  readonly head: string | null
  row(fact: FactView): string
}

export const tables: Readonly<Record<'jsonl' | 'csv', FactTable>> = {
  jsonl: { head: null, row: (fact) => JSON.stringify(fact) },
  csv: { head: 'seq,at,time,kind,project,subject,by,data,previous,hash', row: csvRow },
}

function csvRow({ seq, at, kind, project, subject, by, data, previous, hash }: FactView): string {
  const time = new Date(at).toISOString()
  return [seq, at, time, kind, project ?? '', subject, by, JSON.stringify(data), previous, hash].map(cell).join(',')
}

/** As RFC 4180 has it. Numbers and hashes stand bare; what people wrote never begins like a formula of a spreadsheet. */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
