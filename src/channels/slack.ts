import type { Message, Recipient } from '../domain/notice.ts'
import type { Channel } from './channel.ts'
import { type HttpParts, post } from './http.ts'
import { calledHere } from './payload.ts'

/** An incoming webhook of Slack, or of what takes the same: Mattermost, Rocket.Chat, Zulip. */
export function slackChannel(parts: HttpParts): Channel {
  return {
    async send(message, { to, people }, signal) {
      await post(parts, { to, headers: {}, body: JSON.stringify(bodyOf(message, people)) }, signal)
    },
  }
}

const longestSection = 2_900

/** `text` is what notifications show, and all that some receivers read. */
export function bodyOf(message: Message, names: Recipient['people']) {
  const { lines, people, url } = message
  const title = escaped(message.title)
  const who = people.map((name) => mention(name, names)).join(', ')
  const said = [...lines.map((line) => escaped(line)), ...(who === '' ? [] : [who])].join('\n')
  return {
    text: [`*${title}*`, said, url].join('\n'),
    blocks: [
      section(`*<${url}|${title}>*`),
      ...(said === '' ? [] : [section(said)]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `${escaped(message.project)} · ${message.id}` }] },
    ],
  }
}

function section(text: string) {
  const whole = text.length > longestSection ? `${text.slice(0, longestSection)}…` : text
  return { type: 'section', text: { type: 'mrkdwn', text: whole } }
}

/** An id of Slack calls the person; another name stands there as it is. Who is not in the list is named, and the rest goes on. */
function mention(name: string, names: Recipient['people']): string {
  const called = calledHere(name, names)
  if (called === name) return escaped(name)
  return /^[UW][A-Z0-9]{5,}$/.test(called) ? `<@${called}>` : escaped(called, { keepsCalls: true })
}

/** Titles of commits are anybody's words: they neither become links nor call a whole channel. */
function escaped(text: string, { keepsCalls = false } = {}): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return keepsCalls ? plain : plain.replace(/@(?=\w)/g, '@\u200b')
}
