import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const program = '/usr/bin/chromium'

/** Why tests that need a browser cannot run here; false when they can. `bin/engines chromium` installs it. */
export function noBrowser(): string | false {
  if (existsSync(program)) return false
  const problem = `Chromium is not here (bin/engines chromium)`
  if (process.env.SIGNALBOX_REQUIRE_ENGINES === '1') throw new Error(problem)
  return problem
}

export interface TestBrowser extends AsyncDisposable {
  /** A person's own window: nothing is shared with another. What its pages complain of is kept in `complaints`. */
  window(options?: BrowserContextOptions): Promise<Window>
}

export interface Window {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, and what the content security policy has stopped. */
  readonly complaints: string[]
}

/** Debian's Chromium. `hosts` makes these names lead to this machine. */
export async function startBrowser(hosts: readonly string[] = []): Promise<TestBrowser> {
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ')
  const args = ['--no-sandbox', ...(rules === '' ? [] : [`--host-resolver-rules=${rules}`])]
  const browser: Browser = await chromium.launch({ executablePath: program, args })
  return {
    async window(options) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('dialog', (dialog) => {
        complaints.push(`a dialog: ${dialog.message()}`)
        dialog.dismiss().catch(() => {}) // The page has gone.
      })
      return { page, context, complaints }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
    },
  }
}
