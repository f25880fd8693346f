import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import test from 'node:test'
import { messageOf } from '../../test/helpers/message.ts'
import { webReceiver } from '../../test/helpers/receivers.ts'
import { Fault } from '../lib/fault.ts'
import { systemClock } from '../system/clock.ts'
import { reachable } from '../system/networks.ts'
import type { Address } from './channel.ts'
import { webhookChannel } from './webhook.ts'

const never = new AbortController().signal
const here = webhookChannel({ clock: systemClock, isReachable: reachable(['127.0.0.0/8']) })
const address = (to: string, keys: readonly string[] = []): Address => ({ to, keys, people: {} })

function faultOf(code: string, more: (fault: Fault) => boolean = () => true) {
  return (error: unknown) => error instanceof Fault && error.code === code && more(error)
}

test('X16 notify: webhook — thin payload, event named with a dot, and the headers of Standard Webhooks', async () => {
  await using receiver = await webReceiver()
  await here.send(messageOf(), address(`${receiver.url}/hook`, ['whsec_bWluZQ==']), never)
  const [{ headers, body, path }] = receiver.posted as [(typeof receiver.posted)[0]]
  assert.equal(path, '/hook')
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['webhook-id'], 'notice_1')
  const age = Date.now() / 1000 - Number(headers['webhook-timestamp'])
  assert.ok(age >= -1 && age < 30, 'the time of this try, so that old ones can be refused')
  assert.deepEqual(JSON.parse(body), {
    type: 'deployment.failed',
    timestamp: '2023-11-14T22:13:20.000Z',
    data: {
      ...{ id: 'notice_1', project: 'shop', app: 'web', environment: 'production', subject: 'd7' },
      ...{ title: 'web 4f2a91c failed in production', people: ['ada'], url: 'https://box.test/deployments/d7' },
    },
  })
  const signed = createHmac('sha256', Buffer.from('mine')).update(`notice_1.${headers['webhook-timestamp']}.${body}`)
  assert.equal(headers['webhook-signature'], `v1,${signed.digest('base64')}`)
})

test('while a key is replaced there are two signatures, and without a key none', async () => {
  await using receiver = await webReceiver()
  await here.send(messageOf(), address(receiver.url, ['new', 'old']), never)
  await here.send(messageOf(), address(receiver.url), never)
  const [two, none] = receiver.posted.map(({ headers }) => headers['webhook-signature'])
  assert.match(String(two), /^v1,[A-Za-z0-9+/=]{44} v1,[A-Za-z0-9+/=]{44}$/)
  assert.equal(none, undefined)
})

test('a receiver that does not take it may take it later, and may say when', async () => {
  await using receiver = await webReceiver()
  receiver.answer = { status: 503, headers: { 'retry-after': '120' }, body: 'busy' }
  const isLater = (fault: Fault) =>
    fault.temporary && fault.details.retryAfterMs === 120_000 && /503: busy/.test(fault.message)
  await assert.rejects(here.send(messageOf(), address(receiver.url), never), faultOf('notice.not_taken', isLater))
  receiver.answer = { status: 429, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } }
  const isDate = ({ details }: Fault) => Number(details.retryAfterMs) > 50_000 && Number(details.retryAfterMs) <= 60_000
  await assert.rejects(here.send(messageOf(), address(receiver.url), never), faultOf('notice.not_taken', isDate))
  receiver.answer = { status: 410 }
  await assert.rejects(here.send(messageOf(), address(receiver.url), never), faultOf('notice.refused'))
})

test('a redirect is not followed: it could lead anywhere', async () => {
  await using receiver = await webReceiver()
  await using elsewhere = await webReceiver()
  receiver.answer = { status: 302, headers: { location: elsewhere.url } }
  await assert.rejects(here.send(messageOf(), address(receiver.url), never), faultOf('notice.not_taken'))
  assert.equal(elsewhere.posted.length, 0)
})

test('addresses that are not public are not reached, however they are written', async () => {
  await using receiver = await webReceiver()
  const abroad = webhookChannel({ clock: systemClock, isReachable: reachable([]) })
  const { port } = new URL(receiver.url)
  const hosts = ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0.0.0.0']
  for (const host of [...hosts, '169.254.169.254', '10.0.0.1', '[fd00::1]']) {
    const sent = abroad.send(messageOf(), address(`http://${host}:${port}/`), never)
    await assert.rejects(sent, faultOf('notice.private_address'), host)
  }
  assert.equal(receiver.posted.length, 0)
})

test('of an answer without end only the beginning is read, and a silent receiver is left when the limit says so', async () => {
  const talker = createServer((socket) => {
    socket.on('error', () => {}) // cut off by the other side, which is what is tested
    socket.write('HTTP/1.1 500 no\r\n\r\n')
    const more = () => socket.write('x'.repeat(65_536), (error) => (error ? null : setImmediate(more)))
    more()
  })
  const mute = createServer((socket) => socket.on('error', () => {})) // as above
  for (const server of [talker, mute]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const urlOf = ({ port }: AddressInfo) => `http://127.0.0.1:${port}/`
  try {
    const isShort = ({ message }: Fault) => message.length < 500
    const talked = here.send(messageOf(), address(urlOf(talker.address() as AddressInfo)), never)
    await assert.rejects(talked, faultOf('notice.not_taken', isShort))
    const stop = new AbortController()
    const waited = here.send(messageOf(), address(urlOf(mute.address() as AddressInfo)), stop.signal)
    stop.abort(new Error('enough'))
    await assert.rejects(waited, /enough/)
  } finally {
    talker.close()
    mute.close()
  }
})

test('what is no address of the web is refused for good', async () => {
  for (const to of ['', 'file:///etc/passwd', 'hook'])
    await assert.rejects(here.send(messageOf(), address(to), never), faultOf('notice.refused'))
})
