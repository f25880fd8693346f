import { heading } from '../frame.ts'
import { html, nothing } from '../html.ts'
import type { Page } from '../page.ts'
import { factWords } from '../parts/fact-words.ts'
import { field } from '../parts/form.ts'
import { seenLink } from '../parts/place.ts'
import { table } from '../parts/table.ts'
import { banner, emptiness, when } from '../parts/words.ts'

const filters = [
  ['project', 'Project'],
  ['environment', 'Environment'],
  ['subject', 'About'],
  ['kind', 'Kind'],
  ['by', 'By'],
] as const

const pageSize = 100

/** The record: who did what, when; filtered, verified and exported. */
export const auditPage: Page = {
  path: '/audit',
  async show(asking) {
    const { ask, query, now } = asking
    const wanted = Object.fromEntries(filters.flatMap(([name]) => (query[name] ? [[name, query[name]]] : [])))
    const before = /^\d{1,15}$/.test(query.before ?? '') ? query.before : undefined
    const facts = await ask('facts.list', { query: { ...wanted, before, limit: pageSize } })
    const verdict = query.verify === undefined ? null : await ask('facts.verify', {})
    const search = new URLSearchParams(wanted)
    const oldest = facts[0]?.seq
    const rows = [...facts]
      .reverse()
      .map((fact) => [
        html`<span class="quiet num" id="f${fact.seq}">${fact.seq}</span>`,
        when(fact.at, now),
        fact.project ?? '',
        /^[dro]\d+$/.test(fact.subject) ? seenLink(asking, fact.subject) : html`<code>${fact.subject}</code>`,
        html`${factWords(fact)} <details><summary class="quiet">all of it</summary><pre class="code" tabindex="0"><code>${JSON.stringify(fact.data, null, 1).replaceAll('\n', ' ')}</code></pre><small>SHA-256 <code>${fact.hash}</code></small></details>`,
        fact.by,
      ])
    return {
      title: 'Audit',
      ...{ mark: null, section: 'audit', about: before === undefined ? null : [] },
      body: html`${heading([], 'Audit', html`<a class="button" href="/audit?${new URLSearchParams({ ...wanted, verify: '1' }).toString()}">Verify the whole chain</a> <a class="button" href="/audit/export?${search.toString()}" download>Export</a>`)}
${verdict === null ? nothing : verdict.holds ? banner('note', html`The chain of ${verdict.facts} facts holds. Its head: <code>${verdict.head}</code>`) : banner('stop', html`The chain is broken at ${verdict.brokenAt}: ${verdict.problem}`)}
<form class="filters" method="get">${filters.map(([name, label]) => field({ label, name, value: query[name] ?? '' }))}<button>Filter</button></form>
${rows.length === 0 ? emptiness('Nothing of that kind is recorded.') : table('Facts', ['No.', 'When', 'Project', 'About', 'What', 'By'], rows, 'list dense')}
${facts.length === pageSize && oldest !== undefined ? html`<p><a class="button" href="/audit?${new URLSearchParams({ ...wanted, before: String(oldest) }).toString()}">Older</a></p>` : nothing}`,
    }
  },
}
