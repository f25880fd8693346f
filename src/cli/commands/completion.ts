import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { Fault } from '../../lib/fault.ts'
import { safeText } from '../../lib/safe-text.ts'
import { type Place, placeOf } from '../completion/place.ts'
import { scripts, shells } from '../completion/scripts.ts'
import { type Asking, valuesByNoun } from '../completion/values.ts'
import { files, type Word, wordsAt } from '../completion/words.ts'
import { withPatience } from '../patience.ts'
import { type Open, type Session, sessionOf } from '../session.ts'

export function completionCommand(open: Open) {
  return new Command('completion')
    .summary('let the shell complete what is typed')
    .description(
      'Print a script with which a shell completes commands, options and the names that the server knows. For bash: ' +
        '`source <(signalbox completion bash)` in ~/.bashrc; for zsh the same in ~/.zshrc, after compinit; for fish: ' +
        '`signalbox completion fish > ~/.config/fish/completions/signalbox.fish`.',
    )
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .action(async (shell) => await open().output.document(scripts[shell]))
}

/** What the scripts call at each press of the tab key. */
export function completeWordsCommand(open: Open) {
  return new Command('complete-words')
    .description('Print what may come next: for the scripts that `completion` prints.')
    .argument('[words...]', 'what is typed after the name of the program, up to the cursor')
    .action(async (words, _, command) => {
      const session = open()
      const place = placeOf(rootOf(command), words.slice(0, -1), words.at(-1) ?? '')
      const found = await wordsAt(place, async (noun) => await valuesOf(session, place, noun))
      await session.output.document(found === files ? ':files\n' : found.map(lineOf).join(''))
    })
}

/** A person waits with a key pressed. */
const patienceMs = 300

/** Nothing where the server cannot be asked, or does not answer in time: whoever presses a key wants no explanation. */
async function valuesOf({ world, end }: Session, { given }: Place, noun: string): Promise<readonly Word[]> {
  const values = valuesByNoun[noun]
  if (values === undefined) return []
  try {
    return await withPatience(world, { limitMs: patienceMs, what: noun }, async (signal) => {
      const { project, client } = sessionOf({ ...world, signal }, optionsIn(given), end)
      const asking: Asking = { client: await client(), project, given }
      return await values(asking)
    })
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

/** The options of every command, as far as they are in the line that is typed. */
function optionsIn(given: Place['given']) {
  return { server: given.get('server'), project: given.get('project'), tokenFile: given.get('tokenFile') }
}

function lineOf({ word, meaning }: Word): string {
  return `${word}\t${safeText(meaning)}\n`
}

function rootOf(command: CommandUnknownOpts): CommandUnknownOpts {
  return command.parent === null ? command : rootOf(command.parent)
}
