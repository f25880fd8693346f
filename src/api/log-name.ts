/** What a command on a target ran for, by the name of its log. */
export type LogOf =
  | { readonly kind: 'oneOff' | 'survey'; readonly id: string }
  | { readonly kind: 'deployment'; readonly id: string; readonly step: 'migrate' | 'survey' | 'backup' | 'smoke' }

/** `o5` is of a one-off command, `s7` of a look for pending migrations, `d42-smoke` of a deployment; null for every other name. */
export function logOf(name: string): LogOf | null {
  const [, id, step] = /^(d\d+)-(migrate|survey|backup|smoke)$/.exec(name) ?? []
  if (id !== undefined) return { kind: 'deployment', id, step: step as 'migrate' }
  if (/^o\d+$/.test(name)) return { kind: 'oneOff', id: name }
  return /^s\d+$/.test(name) ? { kind: 'survey', id: name } : null
}
