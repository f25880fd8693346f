import type { Fault } from '../lib/fault.ts'
import { type Html, html, nothing } from './html.ts'

/** What stands there while nobody can answer: nothing else needs to be reachable, and it loads itself again. */
export function againPage(
  { message, hint }: Pick<Fault, 'message' | 'hint'>,
  { afterS }: { /** Null: what was asked must not be asked twice. */ readonly afterS: number | null },
): Html {
  const refresh = afterS === null ? nothing : html`<meta http-equiv="refresh" content="${String(afterS)}">\n`
  const next = afterS === null ? hint : 'This page loads itself again.'
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<title>${message} · Signalbox</title>
</head>
<body>
<main><h1>${message}</h1>
<p>${next}</p></main>
</body>
</html>
`
}
