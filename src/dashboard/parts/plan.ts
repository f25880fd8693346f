import type { GateView, PlanView } from '../../api/views.ts'
import { brief } from '../../lib/time-text.ts'
import { type Html, html, nothing } from '../html.ts'
import { lamp } from './mark.ts'
import { facts } from './table.ts'
import { banner, commitMark, releaseMark } from './words.ts'

/** What a deployment would do, and what people say yes to. */
export function planPanel({ plan, hash, gates, outlook, canonical }: PlanView): Html {
  const { totalMs, samples } = outlook.expected
  const takes = totalMs === null ? 'nobody knows yet' : `about ${brief(totalMs)} (${samples} before)`
  return html`<div class="plan">
${planFacts(plan, [['Takes', takes]])}
${commits('Comes', outlook.comes, outlook.isMore)}${commits('Goes', outlook.goes, false)}
${outlook.unknown === null ? nothing : banner('note', outlook.unknown)}
${migrationPart(plan)}
<details><summary>Steps, hash and the whole text</summary>${stepList(plan)}${hashLine(hash)}
<pre class="code" tabindex="0"><code>${canonical}</code></pre></details>
${gateList(gates)}
</div>`
}

/** The plan that a deployment went with. */
export function pastPlanPanel({ plan, hash }: Pick<PlanView, 'plan' | 'hash'>): Html {
  return html`<div class="plan">${planFacts(plan, [])}${migrationPart(plan)}
<details><summary>Steps and hash</summary>${stepList(plan)}${hashLine(hash)}</details></div>`
}

function planFacts(
  { from, to, strategy, variables, processes, protection, environment }: Plan,
  more: readonly (readonly [string, string])[],
): Html {
  const { weakened } = protection
  return html`${weakened.length === 0 ? nothing : banner('caution', html`It weakens what guards ${environment}: ${weakened.join('; ')}`)}
${facts([
  ['From', from === null ? 'nothing' : releaseMark(from)],
  ['To', releaseMark(to)],
  ['How', strategy],
  ...more,
  ['Variables', variableWords(variables)],
  ['Processes', processes.map(processWords)],
])}`
}

function stepList({ steps }: Plan): Html {
  return html`<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>`
}

function hashLine(hash: string): Html {
  return html`<p class="quiet"><small>SHA-256 of the plan: <code>${hash}</code></small></p>`
}

function migrationPart({ migrations }: Plan): Html {
  return migrations.when === 'none' ? nothing : migrationWords(migrations)
}

type Plan = PlanView['plan']

function variableWords({ added, changed, removed, version }: Plan['variables']): Html {
  const all = [
    ...added.map((name) => html`<span class="plus">+${name}</span> `),
    ...changed.map((name) => html`~${name} `),
    ...removed.map((name) => html`<span class="minus">−${name}</span> `),
  ]
  return all.length === 0 ? html`unchanged <span class="quiet">(version ${version})</span>` : html`${all}`
}

function processWords({ name, from, to, command }: Plan['processes'][number]): Html {
  const count = from === to ? html`${to} ${name}` : html`${name} ${from} → <strong>${to}</strong>`
  return html`<div>${count}${command === null ? nothing : html` <span class="quiet">another command</span>`}</div>`
}

function commits(word: string, changes: PlanView['outlook']['comes'], isMore: boolean): Html {
  if (changes.length === 0) return nothing
  return html`<div><h3>${word}</h3><ul class="changes">${changes.map(
    ({ commit, title, author, pullRequest }) =>
      html`<li>${commitMark(commit)}<span>${title}${pullRequest === null ? nothing : html` <span class="quiet">#${pullRequest}</span>`}</span><span class="quiet">${author}</span></li>`,
  )}</ul>${isMore ? html`<p class="quiet">and more</p>` : nothing}</div>`
}

function migrationWords({ when, pending, problem, backup, crosses }: Plan['migrations']): Html {
  const list = pending ?? []
  return html`<div><h3>Migrations <span class="quiet">${when.replaceAll('_', ' ')}, backup ${backup.replaceAll('_', ' ')}</span></h3>
${problem === null ? nothing : banner('caution', problem)}
${pending === null && problem === null ? html`<p class="quiet">Nobody has looked yet.</p>` : nothing}
${pending !== null && list.length === 0 ? html`<p class="quiet">None is pending.</p>` : nothing}
<ul class="changes">${list.map(({ name, class: kind, notes }) => html`<li><code>${name}</code><span class="quiet">${notes.join('; ')}</span><span class="chip ${kind === 'expand' ? 'well' : 'caution'}">${kind}</span></li>`)}</ul>
${crosses.length === 0 ? nothing : html`<p>Stay applied: ${crosses.join(', ')}</p>`}</div>`
}

/** What has to be open, the closed ones first. */
function gateList(gates: readonly GateView[]): Html {
  const sorted = [...gates].sort((a, b) => Number(a.open) - Number(b.open))
  const closed = sorted.filter(({ open }) => !open)
  const rows = (list: readonly GateView[]) =>
    list.map(
      ({ gate, open, because, openedBy }) =>
        html`<li>${lamp(open ? 'well' : 'waiting', open ? 'open' : 'closed')}<span><strong>${gate.replaceAll('_', ' ')}</strong> ${because}${openedBy === null ? nothing : html` <span class="who">opened by ${openedBy}</span>`}</span></li>`,
    )
  return html`${closed.length === 0 ? nothing : html`<ul class="gates">${rows(closed)}</ul>`}
<details><summary>${gates.length - closed.length} of ${gates.length} gates are open</summary><ul class="gates">${rows(sorted.slice(closed.length))}</ul></details>`
}
