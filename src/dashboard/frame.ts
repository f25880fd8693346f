import { type Html, html, nothing } from './html.ts'
import type { Section, Shown } from './page.ts'
import { lamp } from './parts/mark.ts'

/** What stands around every page. */
export interface Frame {
  /** Where the stylesheet and the scripts are. */
  readonly assets: string
  /** Null: by the viewer's system. */
  readonly theme: 'light' | 'dark' | null
  /** Null while nobody has signed in. */
  readonly viewer: string | null
  /** How many things wait for a yes; null where it is not known. */
  readonly waiting: number | null
  /** The journal's newest fact that the page knows of. */
  readonly seq: number
  /** What was done just now. */
  readonly done: string | null
}

const sections: readonly {
  readonly name: Section
  readonly text: string
  readonly path: string
  readonly key: string
}[] = [
  { name: 'overview', text: 'Overview', path: '/', key: 'g o' },
  { name: 'approvals', text: 'Approvals', path: '/approvals', key: 'g a' },
  { name: 'insights', text: 'Insights', path: '/insights', key: 'g i' },
  { name: 'audit', text: 'Audit', path: '/audit', key: 'g u' },
  { name: 'people', text: 'People', path: '/people', key: 'g p' },
  { name: 'server', text: 'Server', path: '/server', key: 'g s' },
]

/** The whole document. */
export function framed(shown: Shown, frame: Frame): Html {
  const { title, mark, about, body } = shown
  return html`<!doctype html>
<html lang="en"${frame.theme === null ? nothing : html` data-theme="${frame.theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Signalbox</title>
<link rel="icon" href="${frame.assets}/icon-${mark ?? 'none'}.svg" type="image/svg+xml">
<link rel="stylesheet" href="${frame.assets}/tokens.css">
<link rel="stylesheet" href="${frame.assets}/dashboard.css">
<script type="module" src="${frame.assets}/main.js"></script>
</head>
<body>
<a class="skip" href="#main">To the content</a>
${bar(shown.section, frame)}
<main id="main" tabindex="-1" ${about === null || about.length > 0 ? live(about, frame.seq) : nothing}>
<div id="live">${frame.done === null ? nothing : html`<p class="done" role="status">${lamp('well', '')} ${frame.done}</p>`}
${body}</div>
</main>
${keysDialog()}
</body>
</html>
`
}

function live(about: readonly string[] | null, seq: number): Html {
  const projects = about === null ? nothing : html`data-projects="${about.join(' ')}"`
  return html`data-live="${seq}" ${projects}`
}

function bar(current: Section, { viewer, waiting }: Frame): Html {
  if (viewer === null) return html`<header class="bar"><a class="brand" href="/">${brand()} Signalbox</a></header>`
  return html`<header class="bar">
<a class="brand" href="/" aria-label="Signalbox">${brand()} <span>Signalbox</span></a>
<nav aria-label="Main">${sections.map((section) => sectionLink(section, current, waiting))}</nav>
<div class="aside">
<span id="connection" role="status" hidden>not live: reconnecting…</span>
<button type="button" class="icon" data-do="keys" title="Keys (?)" aria-label="Keys" hidden>?</button>
<button type="button" class="icon" data-do="theme" title="Light or dark (t)" aria-label="Light or dark" data-key="t" hidden>◐</button>
<a class="me" href="/me" data-key="g m" ${current === 'me' ? html`aria-current="page"` : nothing}>${viewer}</a>
</div>
</header>`
}

function sectionLink(
  { name, text, path, key }: (typeof sections)[number],
  current: Section,
  waiting: number | null,
): Html {
  const count = name === 'approvals' && waiting ? html` <b class="count">${waiting}</b>` : nothing
  return html`<a href="${path}" data-key="${key}" ${name === current ? html`aria-current="page"` : nothing}>${text}${count}</a>`
}

/** A signal with its arm up. */
function brand(): Html {
  return html`<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" class="logo"><path class="post" d="M7 3v19"/><path class="arm" d="M7 8l13-4v5L7 12z"/><circle class="eye" cx="7" cy="10" r="2.2"/></svg>`
}

/** What the keys do; the scripts add those of the page. */
function keysDialog(): Html {
  return html`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl class="keys">
<div><dt><kbd>?</kbd></dt><dd>this list</dd></div>
<div><dt><kbd>j</kbd> <kbd>k</kbd></dt><dd>next, previous row</dd></div>
<div><dt><kbd>Enter</kbd></dt><dd>open the row</dd></div>
<div><dt><kbd>/</kbd></dt><dd>search in the page</dd></div>
<div><dt><kbd>Esc</kbd></dt><dd>leave a field, close a form or this</dd></div>
</dl><form method="dialog"><button class="plain">Close</button></form></dialog>`
}

export interface Crumb {
  readonly text: string
  readonly path?: string
}

/** Where the page is, with its name as the last. */
export function heading(crumbs: readonly Crumb[], title: Html | string, beside: Html = nothing): Html {
  return html`<header class="head"><nav class="crumbs" aria-label="Where this is">${crumbs.map(({ text, path }) => (path === undefined ? html`<span>${text}</span>` : html`<a href="${path}">${text}</a>`))}</nav>
<div class="title"><h1>${title}</h1><div class="beside">${beside}</div></div></header>`
}

export interface Tab {
  readonly text: string
  readonly path: string
  readonly isCurrent: boolean
}

export function tabs(label: string, all: readonly Tab[]): Html {
  return html`<nav class="tabs" aria-label="${label}">${all.map(({ text, path, isCurrent }) => html`<a href="${path}" ${isCurrent ? html`aria-current="page"` : nothing}>${text}</a>`)}</nav>`
}
