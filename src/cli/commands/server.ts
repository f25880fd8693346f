import { Command, Option } from '@commander-js/extra-typings'
import { readServerConfig, type ServerConfig, serverSettings, showSettingProblem } from '../../config/server.ts'
import { Fault } from '../../lib/fault.ts'
import type { Open, Session } from '../session.ts'
import { bold, cyan, dim, type Text, table } from '../text.ts'
import type { Serving } from '../world.ts'

export function serverCommand(open: Open) {
  const command = new Command('server')
    .summary('run the server')
    .description('Run the server until it is told to stop. What it has deployed goes on running without it.')
  for (const { flag, argument, sentence, variable, default: preset } of Object.values(serverSettings)) {
    const otherwise = preset === null ? variable : `${variable}, or ${preset}`
    command.addOption(new Option(`--${flag} <${argument}>`, `${sentence} (otherwise ${otherwise})`))
  }
  return command.action(async () => {
    const session = open()
    const { world, output } = session
    const config = configOf(session, command.opts())
    let told: Promise<void> = Promise.resolve()
    await world.serve(config, world.signal, (serving) => {
      told = output.show(serving, () => announcement(serving))
      told.catch(() => {}) // It is awaited below; until then nobody listening must not end the server.
    })
    await told
  })
}

/** Where it is and, at the first start of all, what to do with it. */
function announcement({ url, edge, tokenFile, first, link }: Serving): readonly Text[] {
  const places = table([
    [dim('server'), bold(url)],
    [dim('edge'), edge],
    ...(first ? [[dim('admin token'), tokenFile]] : []),
  ])
  if (!first) return places
  return [
    ...places,
    '',
    ...(link === null ? [] : ['To set a password for the pages, open this once in a browser:', ['  ', cyan(link)], '']),
    'Next, in a repository of yours:',
    ['  ', cyan(`signalbox login ${url} --token-file ${tokenFile}`)],
    ['  ', cyan('signalbox init')],
    ['  ', cyan('signalbox projects add NAME')],
  ]
}

/** From flags of the command, and variables. */
export function configOf({ world }: Session, options: Readonly<Record<string, unknown>>): ServerConfig {
  const flags = Object.values(serverSettings).map(({ flag }): readonly [string, string | undefined] => {
    const value = options[new Option(`--${flag} <value>`).attributeName()]
    return [flag, typeof value === 'string' ? value : undefined]
  })
  const { config, problems } = readServerConfig({
    flags: Object.fromEntries(flags),
    env: world.env,
    cores: world.cores,
  })
  if (config !== null) return config
  throw new Fault('config.invalid', { details: { problems: problems.map(showSettingProblem).join('; ') } })
}
