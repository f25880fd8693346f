import { html as template } from 'hono/html'
import { safeText } from '../lib/safe-text.ts'

/** A piece of a page. */
export type Html = ReturnType<typeof template>

/**
 * A piece of a page from a template: every text put in is escaped, and what could reorder or hide what the eye reads is
 * spelled out. Only what this function made goes in as it is.
 */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return template(strings, ...values.map(shown))
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return safeText(value)
  if (Array.isArray(value)) return value.map(shown)
  return value ?? ''
}

export const nothing: Html = html``
