import { html } from 'hono/html'

const style = html`<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem } pre { overflow-x: auto } input, button { font: inherit; padding: .3rem .6rem }</style>`

/** One page, whole. */
export function page(title: string, content: ReturnType<typeof html>) {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
${style}
<h1>${title}</h1>
${content}
</html>
`
}
