import { readFile } from 'node:fs/promises'
import type { Channels } from '../channels/channel.ts'
import { commandChannel } from '../channels/command.ts'
import { emailChannel, type Smtp } from '../channels/email.ts'
import { slackChannel } from '../channels/slack.ts'
import { webhookChannel } from '../channels/webhook.ts'
import type { ServerConfig } from '../config/server.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { systemClock } from '../system/clock.ts'
import { reachable } from '../system/networks.ts'
import { systemPath } from '../system/programs.ts'

/** Every way to tell somebody something, as the settings allow it. */
export async function channelsFor(config: ServerConfig): Promise<Channels> {
  const web = { clock: systemClock, isReachable: reachable(config.noticeNetworks) }
  return {
    webhook: webhookChannel(web),
    slack: slackChannel(web),
    email: emailChannel(await smtpOf(config)),
    command: commandChannel({ folder: config.noticeCommands, path: [...config.toolPath, systemPath].join(':') }),
  }
}

async function smtpOf({
  smtp,
  smtpFrom,
  smtpUser,
  smtpPasswordFile,
  smtpSecurity,
}: ServerConfig): Promise<Smtp | null> {
  if (smtp === null || smtpFrom === null) return null
  const login =
    smtpUser === null || smtpPasswordFile === null
      ? null
      : { user: smtpUser, password: await passwordIn(smtpPasswordFile) }
  return { ...smtp, from: smtpFrom, security: smtpSecurity, login }
}

/** Of what the file says the first line is the password. */
async function passwordIn(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).split('\n')[0] ?? ''
  } catch (error) {
    const problems = `--smtp-password-file: ${messageOf(error)}`
    throw new Fault('config.invalid', { details: { problems }, cause: error })
  }
}
