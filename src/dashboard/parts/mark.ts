import type { Outcome } from '../../domain/outcome.ts'
import type { Mark } from '../../domain/overview.ts'
import { type Html, html } from '../html.ts'

const words: Readonly<Record<Mark, string>> = {
  failing: 'failing',
  waiting: 'waiting for people',
  moving: 'under way',
  queued: 'queued',
  well: 'well',
  empty: 'nothing yet',
}

/** Drawn in a box of 16. Nobody has to tell the colours apart. */
const shapes: Readonly<Record<Mark, Html>> = {
  failing: html`<path class="fill" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path class="cut" d="M5.5 5.5l5 5m0-5l-5 5"/>`,
  waiting: html`<path class="fill" d="M8 1l7 7-7 7-7-7z"/><path class="cut" d="M6.6 5.8v4.4m2.8-4.4v4.4"/>`,
  moving: html`<circle class="ring" cx="8" cy="8" r="6"/><path class="turn" d="M8 2a6 6 0 0 1 6 6"/>`,
  queued: html`<circle class="ring" cx="8" cy="8" r="6"/><path class="line" d="M8 4.6V8l2.2 1.6"/>`,
  well: html`<circle class="fill" cx="8" cy="8" r="7"/><path class="cut" d="M4.8 8.2l2.2 2.2 4.2-4.6"/>`,
  empty: html`<circle class="dots" cx="8" cy="8" r="6"/>`,
}

/** `said`: the words for whoever cannot see it; '' where they stand beside it. */
export function lamp(mark: Mark, said = words[mark]): Html {
  const label = said === '' ? html`aria-hidden="true"` : html`role="img" aria-label="${said}"`
  return html`<svg class="lamp ${mark}" viewBox="0 0 16 16" width="16" height="16" ${label}>${shapes[mark]}</svg>`
}

/** A lamp with its words. */
export function signal(mark: Mark, said: string): Html {
  return html`<span class="signal ${mark}">${lamp(mark, '')}<span>${said}</span></span>`
}

export function markOfOutcome(outcome: Outcome | 'skipped' | null): Mark {
  if (outcome === null) return 'moving'
  if (outcome === 'succeeded') return 'well'
  return outcome === 'failed' || outcome === 'errored' ? 'failing' : 'empty'
}

type Ending = Outcome | 'skipped' | null
type Stage = 'waiting' | 'queued' | 'rolling' | 'reverting' | 'running' | 'started' | 'ready' | 'finished'

/** Of a run, a job, a deployment or a command. `waiting`: for people. */
export function markOf({ state, outcome }: { readonly state: Stage; readonly outcome: Ending }): Mark {
  if (state === 'finished') return markOfOutcome(outcome)
  if (state === 'waiting') return 'waiting'
  return state === 'queued' || state === 'ready' ? 'queued' : 'moving'
}

/** What it is in one word. */
export function stateWord({ state, outcome }: { readonly state: string; readonly outcome: string | null }): string {
  return state === 'finished' ? (outcome ?? 'finished') : state
}

export function stateSignal(thing: { readonly state: Stage; readonly outcome: Ending }): Html {
  return signal(markOf(thing), stateWord(thing))
}
