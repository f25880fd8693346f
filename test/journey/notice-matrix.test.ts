import assert from 'node:assert/strict'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { commandChannel } from '../../src/channels/command.ts'
import { emailChannel } from '../../src/channels/email.ts'
import type { Payload } from '../../src/channels/payload.ts'
import { slackChannel } from '../../src/channels/slack.ts'
import { webhookChannel } from '../../src/channels/webhook.ts'
import { type NoticeEvent, noticeEvents } from '../../src/domain/notice.ts'
import type { ChannelName, NotifySpec, ProjectSpec } from '../../src/domain/spec.ts'
import { systemClock } from '../../src/system/clock.ts'
import { reachable } from '../../src/system/networks.ts'
import { systemPath } from '../../src/system/programs.ts'
import { ada, newestEnded, pushed, staging } from '../helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../helpers/engine.ts'
import { mailReceiver, webReceiver } from '../helpers/receivers.ts'
import { appSpec, environmentSpec, projectSpec } from '../helpers/spec.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { waitFor } from '../helpers/wait-for.ts'

const channels = ['webhook', 'slack', 'email', 'command'] as const

/** What each receiver got, in words that name what it was about; through real HTTP, real SMTP and a real process. */
test('X16 notify: every event by every channel', async (t) => {
  await using web = await webReceiver()
  await using mail = await mailReceiver()
  await using folder = await tempDir()
  const program = join(folder.path, 'tell')
  await writeFile(program, `#!/bin/sh\necho "$SIGNALBOX_EVENT $SIGNALBOX_TITLE" >> ${folder.path}/told\n`)
  await chmod(program, 0o755)
  const to: Record<ChannelName, string> = {
    ...{ webhook: `${web.url}/hook`, slack: `${web.url}/chat` },
    ...{ email: 'ops@example.org', command: 'tell' },
  }
  const notify = channels.map(
    (channel): NotifySpec => ({
      ...{ channel, to: to[channel], events: noticeEvents, environments: [], signedWith: [], people: {} },
    }),
  )
  const parts = { clock: systemClock, isReachable: reachable(['127.0.0.0/8']) }
  const smtp = { host: '127.0.0.1', port: mail.port, security: 'none', login: null, from: 'box@example.org' } as const
  await using it = await startEngine(specWith(notify), {
    notices: {
      channels: {
        ...{ webhook: webhookChannel(parts), slack: slackChannel(parts), email: emailChannel(smtp) },
        command: commandChannel({ folder: folder.path, path: systemPath }),
      },
      link: (subject) => `https://box.test/${subject}`,
      jitter: () => 0,
    },
  })
  await everythingHappens(it)

  const at = (path: string) => web.posted.filter((each) => each.path === path).map(({ body }) => JSON.parse(body))
  const got: Record<ChannelName, () => Promise<string>> = {
    webhook: async () => (at('/hook') as Payload[]).map(({ type, data }) => `${type} ${data.title}`).join('\n'),
    slack: async () => (at('/chat') as { text: string }[]).map(({ text }) => text).join('\n'),
    email: async () => mail.mails.map(({ text }) => unfolded(text)).join('\n'),
    command: () => readFile(join(folder.path, 'told'), 'utf8'),
  }
  for (const channel of channels) {
    for (const event of noticeEvents) {
      await t.test(`X16 notify: ${event} by ${channel}`, async () => {
        const words = wordsOf[event]
        await waitFor(`${event} by ${channel}: ${words}`, async () => words.test(await got[channel]().catch(() => '')))
      })
    }
  }
  const failed = it.store.deliveries.list({ project: 'shop', state: 'failed', limit: 9 })
  assert.deepEqual(failed, [])
})

const wordsOf: Readonly<Record<NoticeEvent, RegExp>> = {
  run_failed: /shop: r\d failed on main/,
  deployment_started: /shop \w+ → staging: started/,
  deployment_succeeded: /shop \w+ is live in staging/,
  deployment_failed: /shop \w+ failed on its way to picky/,
  deployment_rolled_back: /shop \w+ failed in staging and was rolled back/,
  deployment_superseded: /shop \w+ does not go to staging: d\d takes its place/,
  approval_needed: /shop \w+ waits for approval to go to late/,
  approval_expired: /shop \w+ does not go to late: nobody approved it in time/,
  unexpected_outcome: /shop: r\d on main did not bring about all it should have/,
}

const none = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }

/** `late` waits for people for a moment only; `picky` wants a variable that nobody sets. */
function specWith(notify: readonly NotifySpec[]): ProjectSpec {
  const variable = {
    name: 'KEY',
    required: true,
    secret: false,
    type: 'string',
    default: null,
    since: null,
    description: '',
  } as const
  const picky = appSpec({ name: 'shop', variables: [variable] })
  return projectSpec({
    notify,
    apps: [picky],
    environments: [
      environmentSpec({ name: 'staging', variables: { KEY: 'x' }, triggers: { ...none, push: ['main'] } }),
      environmentSpec({
        ...{ name: 'late', variables: { KEY: 'x' } },
        protection: { approvals: 1, approvers: [], selfApproval: true, expiresMs: 200, requireChecks: [] },
      }),
      environmentSpec({ name: 'picky' }),
    ],
  })
}

async function everythingHappens(it: EngineUnderTest): Promise<void> {
  const slow = Promise.withResolvers<void>()
  await it.push('older', { job: async () => slow.promise.then(() => succeeded) })
  await pushed(it, 'good')
  slow.resolve()
  await newestEnded(it, staging, 'd1')
  const deploy = (environment: string) =>
    it.engine.actions.deploy({ project: 'shop', environment }, { version: null }, ada)
  deploy('late')
  deploy('picky')
  await it.push('red', { job: async () => ({ ...succeeded, outcome: 'failed', reason: 'exit 1' }) })
  await it.push('sick', { behaviour: { exitsAfterMs: 1 } })
  await waitFor('what served before to serve again', () => {
    const [newest] = it.store.deployments.list(staging, 1)
    return newest?.state.kind === 'finished' && newest.state.rolledBack
  })
}

/** A mail's long lines are folded, and what is not ASCII is written in numbers. */
function unfolded(text: string): string {
  const subject = /^Subject: ((?:.*\r?\n[ \t])*.*)/m.exec(text)?.[1] ?? ''
  const words = subject.replace(/\r?\n[ \t]/g, ' ').replace(/\?= +=\?/g, '?==?')
  return words.replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, quoted: string) =>
    decodeURIComponent(
      quoted
        .replaceAll('_', ' ')
        .replace(/%/g, '%25')
        .replace(/=([0-9A-F]{2})/g, '%$1'),
    ),
  )
}
