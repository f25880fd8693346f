import type { Channel } from '../../src/channels/channel.ts'
import type { NoticeParts } from '../../src/engine/parts.ts'

/** For tests in which nobody is told anything. */
export const deafNotices: NoticeParts = noticesTo({ send: async () => {} })

/** Every channel is this one. */
export function noticesTo(channel: Channel): NoticeParts {
  return {
    channels: { webhook: channel, slack: channel, email: channel, command: channel },
    link: (subject) => `https://signalbox.test/${subject}`,
    jitter: () => 0,
  }
}
