const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Whole in itself: it asks for nothing else, as nothing else would be answered. */
export function maintenancePage(message: string): string {
  const text = message.replace(/[&<>"]/g, (character) => escapes[character] ?? character)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Maintenance</title>
<style>
  body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 20vh auto; max-width: 36rem; padding: 0 1rem }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }
</style>
<h1>Back soon</h1>
<p>${text}</p>
</html>
`
}
