import assert from 'node:assert/strict'
import test from 'node:test'
import { freePort } from '../../test/helpers/free-port.ts'
import { messageOf } from '../../test/helpers/message.ts'
import { mailReceiver } from '../../test/helpers/receivers.ts'
import { Fault } from '../lib/fault.ts'
import { emailChannel, type Smtp } from './email.ts'

const never = new AbortController().signal
const smtp = (port: number, given: Partial<Smtp> = {}): Smtp => ({
  ...{ host: '127.0.0.1', port, security: 'none', login: null, from: 'Signalbox <box@example.org>' },
  ...given,
})
const to = { to: 'ada@example.org, bob@example.org', keys: [], people: {} }
const faultOf = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('X16 notify: email — a mail by SMTP, with a name of its own that stays the same', async () => {
  await using receiver = await mailReceiver({ login: { user: 'box', password: 'p4ss word' } })
  const channel = emailChannel(smtp(receiver.port, { login: { user: 'box', password: 'p4ss word' } }))
  await channel.send(messageOf(), to, never)
  const [mail] = receiver.mails
  assert.deepEqual(
    [mail?.from, mail?.to, mail?.user],
    ['box@example.org', ['ada@example.org', 'bob@example.org'], 'box'],
  )
  assert.match(mail?.text ?? '', /^Subject: web 4f2a91c failed in production\r?$/m)
  assert.match(mail?.text ?? '', /^Message-ID: <notice_1@signalbox>\r?$/m)
  assert.match(
    mail?.text ?? '',
    /Faster cart[\s\S]*not healthy[\s\S]*For: ada[\s\S]*https:\/\/box\.test\/deployments\/d7/,
  )
})

test('a title cannot bring headers of its own', async () => {
  await using receiver = await mailReceiver()
  const title = 'hello\r\nBcc: eve@example.org\r\n\r\nbody'
  await emailChannel(smtp(receiver.port)).send(messageOf({ title }), to, never)
  assert.equal(receiver.mails[0]?.to.length, 2)
  assert.doesNotMatch(receiver.mails[0]?.text ?? '', /^Bcc:/m)
})

test('an address that the mail server refuses is final; one of several is told of', async () => {
  await using receiver = await mailReceiver({ refuses: ['bob@example.org'] })
  const channel = emailChannel(smtp(receiver.port))
  await assert.rejects(channel.send(messageOf(), { ...to, to: 'bob@example.org' }, never), faultOf('notice.refused'))
  await assert.rejects(channel.send(messageOf(), to, never), /bob@example\.org/)
})

test('a server that is not there, a wrong password, and one that cannot encrypt may be mended', async () => {
  await using receiver = await mailReceiver({ login: { user: 'box', password: 'right' } })
  const wrong = smtp(receiver.port, { login: { user: 'box', password: 'wrong' } })
  for (const given of [smtp(await freePort()), wrong, smtp(receiver.port, { security: 'starttls' })])
    await assert.rejects(emailChannel(given).send(messageOf(), to, never), faultOf('notice.not_taken'))
  assert.equal(receiver.mails.length, 0)
})

test('a mail server that cannot say who it is gets nothing, neither at once nor by STARTTLS', async () => {
  await using receiver = await mailReceiver({ tls: true })
  for (const security of ['starttls', 'tls'] as const) {
    const channel = emailChannel(smtp(receiver.port, { security }))
    await assert.rejects(channel.send(messageOf(), to, never), faultOf('notice.not_taken'))
  }
  assert.equal(receiver.mails.length, 0)
})

test('without a mail server it says which setting is missing', async () => {
  await assert.rejects(emailChannel(null).send(messageOf(), to, never), faultOf('channel.not_ready'))
})
