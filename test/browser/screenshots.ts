import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { noBrowser, startBrowser } from '../helpers/browser.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { everyPage, openPage, signInFirst } from './stage.ts'
import { week, weekFlags } from './week.ts'

// One PNG for each page, in light and dark, on a desk and on a phone; `--only PAGE` for some, `--scale` for how fine.
const { out, only, scale } = parseArgs({
  options: {
    out: { type: 'string', default: 'screenshots' },
    only: { type: 'string', multiple: true },
    scale: { type: 'string', default: '2' },
  },
}).values
const sizes = { desk: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } }
const themes = ['light', 'dark'] as const

const problem = noBrowser()
if (problem !== false) throw new Error(problem)
await using backups = await tempDir()
await using server = await startServer({ flags: ['--backups', backups.path, ...weekFlags] })
await using browser = await startBrowser()
await week(server)
const where = { project: 'shop', environment: 'europe', job: 'unit', run: 'r3', deployment: 'd8' }
const all = await everyPage(server, where)
const pages = Object.entries(all).filter(([name]) => only === undefined || only.includes(name))
await mkdir(out, { recursive: true })
for (const theme of themes) {
  for (const [size, viewport] of Object.entries(sizes)) {
    const window = await browser.window({ colorScheme: theme, viewport, deviceScaleFactor: Number(scale) })
    await signInFirst(window, server)
    for (const [name, path] of pages) {
      const file = join(out, `${name.replaceAll(' ', '-')}-${theme}-${size}.png`)
      await openPage(window, server, [name, path])
      await window.page.screenshot({ path: file, fullPage: true })
    }
    await window.context.close()
  }
}
process.stdout.write(
  `${pages.length} pages, each in ${themes.length} themes and ${Object.keys(sizes).length} sizes, in ${out}\n`,
)
