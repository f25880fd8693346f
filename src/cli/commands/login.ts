import { Command } from '@commander-js/extra-typings'
import { apiClient } from '../../api/client.ts'
import { readInput } from '../input.ts'
import { readTokenFile, serverUrl, storeLogin, tokenIn } from '../logins.ts'
import { askSecret, canAsk } from '../prompt.ts'
import type { Open, Session } from '../session.ts'
import { green, yellow } from '../text.ts'

export function loginCommand(open: Open) {
  return new Command('login')
    .summary('keep the token for a server')
    .description(
      'Check a token with a server and keep it, readable by you alone, for the calls that follow. The token comes from ' +
        '--token-file, from SIGNALBOX_TOKEN, from standard input, or is asked for at a terminal.',
    )
    .argument('<url>', 'the server, such as https://deploy.example.org')
    .action(async (address) => {
      const session = open()
      const { world, output } = session
      const url = serverUrl(address)
      const login = { url, token: await tokenFor(session) }
      const me = await apiClient({ ...login, clock: world.clock, signal: world.signal }).call('accounts.me')
      const path = await storeLogin(world, login)
      if (isInTheClear(url)) output.note(yellow('The token travels in the clear: this address is not https.'))
      await output.show({ url, ...me, path }, () => [[green('Logged in'), ` to ${url} as ${me.name} (${me.scope})`]])
    })
}

const mostBytes = 4096

async function tokenFor({ world, options }: Session): Promise<string> {
  if (options.tokenFile !== undefined) return readTokenFile(world, options.tokenFile)
  const given = world.env.SIGNALBOX_TOKEN ?? ''
  if (given !== '') return tokenIn(given, 'SIGNALBOX_TOKEN')
  const flag = '--token-file FILE, SIGNALBOX_TOKEN, or on standard input'
  if (!canAsk(world)) {
    return tokenIn(await readInput(world, { what: 'The token', flag, limitBytes: mostBytes }), 'standard input')
  }
  return tokenIn(await askSecret(world, { text: 'Token', flag }), 'what was typed')
}

function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
