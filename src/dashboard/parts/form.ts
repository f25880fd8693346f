import type { RouteName } from '../../api/routes.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking } from '../page.ts'

/** How a field's text is read: as it is, as a whole number, as a tick, as a duration (`2h`), as JSON, one a line. */
export type FieldType = 'text' | 'int' | 'bool' | 'span' | 'json' | 'lines'

/** The name a field goes under: where its value belongs in the question, and how it is read. */
export function fieldName(place: string, type: FieldType = 'text'): string {
  return type === 'text' ? place : `${place}#${type}`
}

export interface Act {
  readonly route: RouteName
  readonly params?: Readonly<Record<string, string>>
  /** What is sent along unseen, each at its place: `body.to`. */
  readonly fixed?: Readonly<Record<string, string>>
  /** Where to go afterwards. */
  readonly back: string
}

/** A form that asks a route of the API, with a button at least. */
export function form({ route, params = {}, fixed = {}, back }: Act, content: Html | readonly Html[]): Html {
  const hidden = {
    ...Object.fromEntries(Object.entries(params).map(([key, value]) => [`params.${key}`, value])),
    ...fixed,
  }
  return html`<form method="post" action="/act/${route}" class="act" id="${idOf(route, hidden)}" data-ticks>
${Object.entries({ ...hidden, back }).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${content}
</form>`
}

/** By what it is for, so that a form stays with its row when rows come and go; whatever plan it agrees to. */
function idOf(route: RouteName, hidden: Readonly<Record<string, string>>): string {
  const { 'body.plan': _, ...what } = hidden
  return [route, ...Object.values(what)].join('-').replace(/[^\w.-]+/g, '-')
}

export function button(text: string, kind: 'plain' | 'main' | 'danger' = 'plain'): Html {
  return html`<button class="${kind}">${text}</button>`
}

/** Said in a form that touches secrets or accounts, before anything is typed into it. */
export function confirmFirst({ mustConfirm, here }: Pick<Asking, 'mustConfirm' | 'here'>): Html {
  if (!mustConfirm) return nothing
  return html`<p>Show first <a href="/confirm?back=${encodeURIComponent(here)}">that it is still you</a>.</p>`
}

export interface Field {
  readonly label: string
  readonly name: string
  readonly value?: string
  readonly hint?: string
  readonly required?: boolean
  readonly type?: 'text' | 'number' | 'password' | 'email'
  readonly placeholder?: string
}

export function field({
  label,
  name,
  value = '',
  hint = '',
  required = false,
  type = 'text',
  placeholder = '',
}: Field): Html {
  const limits = type === 'number' ? html`min="0" inputmode="numeric"` : nothing
  return html`<label class="field"><span>${label}</span>
<input type="${type}" name="${name}" value="${value}" placeholder="${placeholder}" ${limits} ${required ? html`required` : nothing} ${type === 'password' ? html`autocomplete="new-password"` : nothing}>
${hint === '' ? nothing : html`<small>${hint}</small>`}</label>`
}

export function area({
  label,
  name,
  value = '',
  hint = '',
  required = false,
  placeholder = '',
}: Omit<Field, 'type'>): Html {
  return html`<label class="field wide"><span>${label}</span>
<textarea name="${name}" rows="3" placeholder="${placeholder}" ${required ? html`required` : nothing}>${value}</textarea>
${hint === '' ? nothing : html`<small>${hint}</small>`}</label>`
}

export function tick(label: Html | string, name: string, value = 'true', isTicked = false): Html {
  return html`<label class="tick"><input type="checkbox" name="${name}" value="${value}" ${isTicked ? html`checked` : nothing}> <span>${label}</span></label>`
}

export function choice(label: string, name: string, options: readonly (readonly [string, string])[], value = ''): Html {
  return html`<label class="field"><span>${label}</span><select name="${name}">
${options.map(([key, text]) => html`<option value="${key}" ${key === value ? html`selected` : nothing}>${text}</option>`)}
</select></label>`
}

/** An act that wants a word or a look before: it opens under its name, and closes what was open. */
export function opening(summary: string, content: Html | readonly Html[], kind: 'plain' | 'danger' = 'plain'): Html {
  return html`<details class="opening ${kind}" name="act"><summary class="button ${kind}">${summary}</summary><div class="opened">${content}</div></details>`
}
