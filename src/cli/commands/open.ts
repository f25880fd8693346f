import { Command } from '@commander-js/extra-typings'
import { hasDisplay, openInBrowser } from '../../system/browser.ts'
import { pageMeant } from '../page.ts'
import type { Open, Session } from '../session.ts'
import { yellow } from '../text.ts'

export function openCommand(open: Open) {
  return new Command('open')
    .summary('open a page in the browser')
    .description(
      'Open a page in the browser, the one that BROWSER names or the usual one: of a run, a deployment, a one-off command, an ' +
        'environment, a project, or one with a name: `approvals`, `releases`. Without a terminal or a display, and with ' +
        '--json, only print its address.',
    )
    .argument(
      '[page|environment|project|run|deployment|one-off]',
      'what to look at (otherwise the project, or all of them)',
    )
    .argument('[part]', 'a job of the run: `open r17 test`; or an environment: `open undeployed production`')
    .option('--print', 'only print the address')
    .action(async (what, part, { print = false }) => {
      const session = open()
      const page = await pageMeant(session, what, part)
      const url = `${(await session.login()).url}${page}`
      const isOpened = !print && hasScreen(session) && (await isShown(session, url))
      await session.output.show({ url, isOpened }, () => [url])
    })
}

function hasScreen({ world, output }: Session): boolean {
  return output.isTerminal && !output.json && (world.env.CI ?? '') === '' && hasDisplay(world.env)
}

async function isShown({ world, output }: Session, url: string): Promise<boolean> {
  const env = Object.fromEntries(Object.entries(world.env).filter(([, value]) => value !== undefined))
  const isOpened = await openInBrowser(url, { env: env as Record<string, string>, signal: world.signal })
  if (!isOpened) output.note(yellow('No browser could be started'))
  return isOpened
}
