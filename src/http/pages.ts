import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Env } from './env.ts'
import { page } from './page.ts'
import type { Viewers } from './viewers.ts'

/** What somebody finds who opens an address in a browser: how to go on. Whoever is not known here learns nothing else. */
export function servePages(app: Hono<Env>, baseUrl: string, viewers: Viewers): void {
  app.get('/', (context) => context.html(frontPage(baseUrl, viewers.of(context)?.name ?? null)))
  app.get('/deployments/:id{d[0-9]+}', (context) => {
    const id = context.req.param('id')
    return context.html(
      subjectPage(id, [`signalbox deployments show ${id}`, `signalbox audit --subject ${id}`], baseUrl),
    )
  })
  app.get('/runs/:id{r[0-9]+}', (context) => {
    const id = context.req.param('id')
    return context.html(subjectPage(id, [`signalbox runs show ${id}`, `signalbox logs ${id}`], baseUrl))
  })
  app.get('/one-offs/:id{o[0-9]+}', (context) => {
    const id = context.req.param('id')
    return context.html(subjectPage(id, [`signalbox logs ${id}`], baseUrl))
  })
}

function frontPage(baseUrl: string, viewer: string | null) {
  return page(
    'Signalbox',
    html`${viewer === null ? html`<p><a href="/login">Sign in</a></p>` : signedInAs(viewer)}
<p>This server takes a git push through checks, a release and approval to production, without dropping a request.</p>
<p>Log in from a terminal with a token:</p>
<pre><code>signalbox login ${baseUrl}</code></pre>
<p>Then push a repository that has a <code>signalbox.yml</code>:</p>
<pre><code>signalbox projects add NAME
git push ${baseUrl}/git/NAME.git main</code></pre>`,
  )
}

function signedInAs(viewer: string) {
  return html`<form method="post" action="/logout"><p>Signed in as <strong>${viewer}</strong> <button>Sign out</button> <a href="/me/passkeys">Passkeys</a> <a href="/me/identities">Linked providers</a></p></form>`
}

function subjectPage(id: string, commands: readonly string[], baseUrl: string) {
  const words = commands.map((command) => `${command} --server ${baseUrl}`).join('\n')
  return page(
    id,
    html`<p>From a terminal that is logged in:</p>
<pre><code>${words}</code></pre>`,
  )
}
