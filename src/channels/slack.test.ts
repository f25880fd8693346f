import assert from 'node:assert/strict'
import test from 'node:test'
import { messageOf } from '../../test/helpers/message.ts'
import { webReceiver } from '../../test/helpers/receivers.ts'
import { systemClock } from '../system/clock.ts'
import { reachable } from '../system/networks.ts'
import { bodyOf, slackChannel } from './slack.ts'

const here = slackChannel({ clock: systemClock, isReachable: reachable(['127.0.0.0/8']) })

test('X16 notify: slack — text and blocks as incoming webhooks take them', async () => {
  await using receiver = await webReceiver()
  await here.send(messageOf(), { to: receiver.url, keys: [], people: {} }, new AbortController().signal)
  const { text, blocks } = JSON.parse(receiver.posted[0]?.body ?? '') as ReturnType<typeof bodyOf>
  assert.match(text, /^\*web 4f2a91c failed in production\*\n4f2a91c Faster cart\nnot healthy\nada\nhttps:/)
  assert.deepEqual(
    blocks.map(({ type }) => type),
    ['section', 'section', 'context'],
  )
  assert.match(JSON.stringify(blocks[0]), /<https:\/\/box.test\/deployments\/d7\|web 4f2a91c failed/)
})

test('a person without a name over there keeps their own, and the notice goes out (trap 10)', () => {
  const said = (people: Record<string, string>) => bodyOf(messageOf({ people: ['ada', 'bob'] }), people).text
  assert.match(said({ ada: 'U024BE7LH' }), /<@U024BE7LH>, bob/)
  assert.match(said({ ada: '@ada.l' }), /@ada\.l, bob/)
  assert.match(said({}), /ada, bob/)
  assert.match(bodyOf(messageOf({ people: ['constructor'] }), {}).text, /constructor/)
})

test('the words of a commit neither call a channel nor make a link', () => {
  const { text } = bodyOf(messageOf({ title: '<!channel> @all <https://evil.test|click> & more' }), {})
  assert.ok(!text.includes('<!') && !/@all/.test(text) && !text.includes('<https://evil'))
  assert.match(text, /&lt;!channel&gt; @\u200ball/)
})

test('a long message stays within what is taken', () => {
  const { blocks } = bodyOf(messageOf({ lines: Array.from({ length: 50 }, () => 'x'.repeat(400)) }), {})
  assert.ok(blocks.every((block) => JSON.stringify(block).length < 3_100))
})
