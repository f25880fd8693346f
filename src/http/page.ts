import { html } from 'hono/html'

/** What somebody finds who opens the address in a browser. */
export function frontPage(baseUrl: string) {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Signalbox</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem } pre { overflow-x: auto }</style>
<h1>Signalbox</h1>
<p>This server takes a git push through checks, a release and approval to production, without dropping a request.</p>
<p>Log in from a terminal with a token:</p>
<pre><code>signalbox login ${baseUrl}</code></pre>
<p>Then push a repository that has a <code>signalbox.yml</code>:</p>
<pre><code>signalbox projects add NAME
git push ${baseUrl}/git/NAME.git main</code></pre>
</html>
`
}
