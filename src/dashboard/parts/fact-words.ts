import type { FactView } from '../../api/views.ts'
import type { Mark } from '../../domain/overview.ts'

/** A fact in plain words, as far as its kind is told in any; what it holds stands beside it in the record. */
export function factWords({ kind, data }: Pick<FactView, 'kind' | 'data'>): string {
  const [noun = '', ...verb] = kind.split('.')
  const said = `${noun.replaceAll('_', ' ')} ${verb.join(' ').replaceAll('_', ' ')}`
  const more = detail(data)
  return more === '' ? said : `${said}: ${more}`
}

function detail(data: FactView['data']): string {
  const { instances, outcome, reason, comment, total, applied, account, pending, name, names, environment, role } = data
  return [
    textOf(outcome),
    listOf(instances),
    listOf(applied),
    listOf(Array.isArray(pending) ? pending.map((each) => nameOf(each)) : pending),
    Array.isArray(account) ? account.map(accountWords).filter(Boolean).join('; ') : '',
    textOf(total),
    ...[name, names, role, environment, reason, comment].map((each) =>
      Array.isArray(each) ? listOf(each) : textOf(each),
    ),
  ]
    .filter((text) => text !== '')
    .join(', ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function listOf(value: unknown): string {
  return Array.isArray(value) ? value.map(textOf).filter(Boolean).join(', ') : ''
}

function nameOf(value: unknown): unknown {
  return value !== null && typeof value === 'object' && 'name' in value ? value.name : value
}

/** Of an instance that left: what it still had to answer, and how it ended. */
function accountWords(value: unknown): string {
  if (value === null || typeof value !== 'object') return ''
  const { instance, inFlight, msToZero, cut, ended, afterMs } = value as Record<string, unknown>
  if (ended !== undefined) return `${textOf(instance)} ended by ${textOf(ended)} after ${textOf(afterMs)} ms`
  if (Number(inFlight) === 0) return ''
  return `${textOf(instance)} finished ${textOf(inFlight)} requests in ${textOf(msToZero)} ms, ${textOf(cut)} cut`
}

export function factMark({ kind, data }: Pick<FactView, 'kind' | 'data'>): Mark | '' {
  if (kind.endsWith('.finished')) return data.outcome === 'succeeded' ? 'well' : 'failing'
  if (/\.(reverting|failed|lost|rejected)$/.test(kind)) return 'failing'
  if (/\.(requested|queued|held)$/.test(kind)) return 'waiting'
  return /\.(started|accepted)$/.test(kind) ? 'moving' : ''
}
