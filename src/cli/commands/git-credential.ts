import { Argument, Command } from '@commander-js/extra-typings'
import { readInput } from '../input.ts'
import { tokenForOrigin } from '../logins.ts'
import type { Open } from '../session.ts'

/** https://git-scm.com/docs/gitcredentials: git asks for a password on standard input and reads the answer. */
export function gitCredentialCommand(open: Open) {
  return new Command('git-credential')
    .summary('let git use the login')
    .description(
      'Answer git, which asks for a password when it pushes: the token of the server it talks to, and of no other. ' +
        'Let git ask with: git config credential.URL.helper "!signalbox git-credential"',
    )
    .addArgument(new Argument('<action>', 'what git wants').choices(['get', 'store', 'erase'] as const))
    .action(async (action) => {
      const { world, output } = open()
      // Only `login` stores, and only a new login forgets.
      if (action !== 'get') return
      const asked = await readInput(world, { what: 'What git asks', flag: 'git itself', limitBytes: 64 * 1024 })
      const token = await tokenForOrigin(world, originIn(asked))
      if (token !== null) await output.document(`username=signalbox\npassword=${token}\n`)
    })
}

function originIn(asked: string): string {
  const words = new Map(
    asked.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  return `${words.get('protocol') ?? ''}://${words.get('host') ?? ''}`
}
