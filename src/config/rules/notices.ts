import { quoted } from '../problem.ts'
import type { NoticeEntry } from '../schema.ts'
import { type Rule, wrong, wrongKey } from './rule.ts'

/** What each channel takes for an address; a project secret may hold anything. */
const addresses: Readonly<Record<NoticeEntry['channel'], { readonly fits: RegExp; readonly expected: string }>> = {
  webhook: { fits: /^https?:\/\/[^\s/]+/, expected: 'a URL such as https://hooks.example.org/x, or "$NAME"' },
  slack: { fits: /^https?:\/\/[^\s/]+/, expected: 'the URL of an incoming webhook, or "$NAME"' },
  email: {
    fits: /^[^\s@,]+@[^\s@,]+(\s*,\s*[^\s@,]+@[^\s@,]+)*$/,
    expected: 'an address, several with ",", or "$NAME"',
  },
  command: {
    fits: /^[A-Za-z0-9_][A-Za-z0-9._-]*(\s|$)/,
    expected: 'the name of a program of the server, and words for it',
  },
}

/** `$NAME` alone stands for a secret. */
const secretInPlace = /^\$[A-Za-z_][A-Za-z0-9_]*$/

export const addressFits: Rule = ({ file }) =>
  file.notify.flatMap(({ channel, to }, index) => {
    const { fits, expected } = addresses[channel]
    if (secretInPlace.test(to) || fits.test(to)) return []
    return [wrong(['notify', index, 'to'], `${quoted(to)} for the channel ${quoted(channel)}`, expected)]
  })

export const keysFit: Rule = ({ file }) =>
  file.notify.flatMap(({ channel, signed_with }, index) => {
    const path = ['notify', index, 'signed_with'] as const
    if (signed_with.length === 0) return []
    if (channel !== 'webhook')
      return [wrongKey([...path], `only webhooks are signed, not ${quoted(channel)}`, 'none here')]
    return signed_with.length > 2 ? [wrong([...path], `${signed_with.length} keys`, 'one, or two for a while')] : []
  })

/** A warning: whoever knows the address can send the same. */
export const webhooksAreSigned: Rule = ({ file }) =>
  file.notify.flatMap(({ channel, signed_with }, index) =>
    channel === 'webhook' && signed_with.length === 0
      ? [
          wrongKey(
            ['notify', index],
            'a webhook that nobody can tell from a forged one',
            '"signed_with" and a project secret',
          ),
        ]
      : [],
  )
