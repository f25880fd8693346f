import assert from 'node:assert/strict'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { parseJobLog } from '../lib/job-log.ts'
import { redactor } from '../lib/redact.ts'
import { systemClock } from './clock.ts'
import { type JobLogPart, openJobLogs } from './job-logs.ts'

const none = redactor([])
const output = { step: 0, stream: 'o' } as const
const forever = new AbortController().signal

test('lines are kept with time, step and stream, in the order they came', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  writer.say('begins')
  const out = writer.sink(output)
  const err = writer.sink({ step: 12, stream: 'e' })
  await out.push(Buffer.from('one\ntw'))
  await err.push(Buffer.from('error\n'))
  await out.push(Buffer.from('o\n\nunended'))
  out.end()
  err.end()
  await writer.close()
  const { text } = await logs.read('r1/test/1', { offset: 0 })
  assert.match(text, /^\d+ - s begins\n\d+ 0 o one\n\d+ 12 e error\n\d+ 0 o two\n\d+ 0 o \n\d+ 0 o unended\n$/)
  assert.deepEqual(
    parseJobLog(text).map(({ step, stream, text }) => [step, stream, text]),
    [
      [null, 's', 'begins'],
      [0, 'o', 'one'],
      [12, 'e', 'error'],
      [0, 'o', 'two'],
      [0, 'o', ''],
      [0, 'o', 'unended'],
    ],
  )
})

test('a line is in the file as it comes, without waiting for more', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  await writer.sink(output).push(Buffer.from('now\n'))
  const path = join(dir.path, 'r1', 'test', '1.log')
  await waitFor('the line', async () => (await readFile(path, 'utf8')).endsWith('o now\n'))
  await writer.close()
})

test('secrets are masked before they are stored, across chunks and in what Signalbox says', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', redactor(['hunter22']))
  const out = writer.sink(output)
  await out.push(Buffer.from('a hunt'))
  await out.push(Buffer.from('er22 b\n'))
  writer.say('env is hunter22')
  out.end()
  await writer.close()
  assert.deepEqual(texts(await logs.read('r1/test/1', { offset: 0 })), ['a *** b', 'env is ***'])
})

test('whatever bytes come: every line is valid text of bounded length, and no line is lost', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc
      .constantFrom('\n', '\r\n', '\r', '\0', '\x1b[31m', 'ü', '\ud83d\ude82', '\u2028')
      .map((text) => new TextEncoder().encode(text)),
  )
  let attempt = 0
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const name = `r1/test/${attempt++}`
      const writer = await logs.open(name, none)
      const out = writer.sink(output)
      for (const bytes of pieces) await out.push(bytes)
      out.end()
      await writer.close()
      const whole = Buffer.concat(pieces)
      const expected = whole.length === 0 ? [] : whole.toString('latin1').replace(/\n$/, '').split('\n').map(shown)
      assert.deepEqual(texts(await logs.read(name, { offset: 0 })), expected)
    }),
    { numRuns: 100 },
  )
})

function shown(line: string): string {
  return Buffer.from(line.replace(/\r$/, ''), 'latin1').toString('utf8').replaceAll('\0', '\u2400')
}

test('a line of 100 MB keeps its first 64 KiB and costs little memory', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', redactor(['not in there at all']))
  const out = writer.sink(output)
  const chunk = Buffer.alloc(65_536, 'x')
  const before = process.memoryUsage().rss
  for (let count = 0; count < 1_600; count++) await out.push(chunk)
  await out.push(Buffer.from('\nnext\n'))
  out.end()
  await writer.close()
  assert.ok(process.memoryUsage().rss - before < 100_000_000)
  const [first = '', second] = texts(await logs.read('r1/test/1', { offset: 0 }))
  assert.equal(first, `${'x'.repeat(65_536)} [${1_599 * 65_536} bytes cut]`)
  assert.equal(second, 'next')
})

test('long and short lines in one chunk', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  const out = writer.sink(output)
  await out.push(Buffer.from(`a\n${'b'.repeat(70_000)}\nc\n${'d'.repeat(70_000)}`))
  await out.push(Buffer.from('e\nf'))
  out.end()
  await writer.close()
  assert.deepEqual(texts(await logs.read('r1/test/1', { offset: 0 })), [
    ...['a', `${'b'.repeat(65_536)} [4464 bytes cut]`, 'c', `${'d'.repeat(65_536)} [4465 bytes cut]`, 'f'],
  ])
})

test('a full log says so once, then at the end how much more came', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock, maxBytes: 1_000 })
  const writer = await logs.open('r1/test/1', none)
  const out = writer.sink(output)
  for (let count = 0; count < 500; count++) await out.push(Buffer.from(`line ${count}\n`))
  writer.say('the job ended')
  await writer.close()
  const lines = texts(await logs.read('r1/test/1', { offset: 0 }))
  assert.equal(lines.filter((line) => line === 'the log is full at 1000 bytes').length, 1)
  assert.deepEqual(lines.slice(-2)[0], 'the job ended')
  assert.match(lines.at(-1)!, /^the log was full: \d+ more bytes were not kept$/)
  assert.deepEqual(lines.slice(0, 3), ['line 0', 'line 1', 'line 2'])
})

test('readers who resume, follow, or come late see every line once, however slow they are', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  const readers = [0, 0, 5, 20].map((pauseMs) =>
    collect(logs.follow('r1/test/1', { offset: 0, signal: forever }), pauseMs),
  )
  const resumed = resumeOften(logs)
  const out = writer.sink(output)
  for (let count = 0; count < 3_000; count++) {
    await out.push(Buffer.from(`line ${count}\n`))
    if (count % 50 === 0) await new Promise(setImmediate)
  }
  out.end()
  await writer.close()
  const late = collect(logs.follow('r1/test/1', { offset: 0, signal: forever }), 0)
  const whole = await readFile(join(dir.path, 'r1', 'test', '1.log'), 'utf8')
  for (const text of await Promise.all([...readers, resumed, late])) assert.equal(text, whole)
  assert.equal(texts({ text: whole })[2_999], 'line 2999')
})

async function collect(parts: AsyncIterable<JobLogPart>, pauseMs: number): Promise<string> {
  let text = ''
  for await (const part of parts) {
    text += part.text
    if (pauseMs > 0) await delay(pauseMs)
  }
  return text
}

async function resumeOften(logs: ReturnType<typeof openJobLogs>): Promise<string> {
  let text = ''
  for (let offset = 0; ; ) {
    let parts = 0
    for await (const part of logs.follow('r1/test/1', { offset, signal: forever })) {
      assert.equal(part.offset, offset)
      text += part.text
      offset = part.next
      if (++parts === 2) break
    }
    if (parts < 2) return text
  }
}

test('a follower ends when it goes away, and leaves nothing behind', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  writer.say('one')
  const gone = new AbortController()
  const reading = collect(logs.follow('r1/test/1', { offset: 0, signal: gone.signal }), 0)
  await writer.flush()
  gone.abort()
  assert.match(await reading, /^(\d+ - s one\n)?$/)
  await writer.close()
})

test('a follower never sleeps through the end, however close it comes to a read', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const rounds = Array.from({ length: 150 }, async (_, round) => {
    const attempt = `r1/test/${round}`
    const writer = await logs.open(attempt, none)
    writer.say('one')
    const reading = collect(logs.follow(attempt, { offset: 0, signal: forever }), 0)
    for (let turn = 0; turn < round % 15; turn++) await new Promise(setImmediate)
    await writer.close()
    return reading
  })
  const limit = AbortSignal.timeout(10_000)
  const late = new Promise<never>((_, reject) =>
    limit.addEventListener('abort', () => reject(new Error('a follower sleeps on'))),
  )
  for (const text of await Promise.race([Promise.all(rounds), late])) assert.match(text, /s one\n$/)
})

test('a large log opens at its end at once', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  const out = writer.sink(output)
  const chunk = Buffer.from('a line of ordinary length, as programs print them\n'.repeat(1_300))
  for (let count = 0; count < 1_000; count++) await out.push(chunk)
  writer.say('the end')
  await writer.flush()
  let fastest = Number.POSITIVE_INFINITY
  let part: JobLogPart = { offset: 0, next: 0, text: '' }
  for (let round = 0; round < 3; round++) {
    const started = performance.now()
    part = await logs.read('r1/test/1', { offset: -1_000 })
    fastest = Math.min(fastest, performance.now() - started)
  }
  assert.ok(fastest < 200, `${fastest} ms`)
  assert.equal(texts(part).at(-1), 'the end')
  assert.ok(parseJobLog(part.text).length > 10)
  assert.equal(part.next, await logs.size('r1/test/1'))
  assert.equal(parseJobLog(part.text).length, part.text.trimEnd().split('\n').length, 'no half lines')
  await writer.close()
})

test('a read from anywhere begins with the next whole line, and every line tells its own byte', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  for (const text of ['größer', 'second', 'third']) writer.say(text)
  await writer.close()
  const read = (offset: number) => logs.read('r1/test/1', { offset })
  const whole = await read(0)
  const lines = parseJobLog(whole.text)
  for (const [index, { at: begin }] of lines.entries()) {
    const here = await read(begin)
    assert.deepEqual(parseJobLog(here.text, here.offset), lines.slice(index), 'a line’s own byte finds it')
    const within = await read(begin + 1)
    assert.deepEqual(parseJobLog(within.text, within.offset), lines.slice(index + 1))
  }
})

test('a log goes on after a server that was killed in the middle of a line', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const first = await logs.open('r1/test/1', none)
  first.say('one')
  await first.close()
  const path = join(dir.path, 'r1', 'test', '1.log')
  await appendFile(path, '17 0 o unfini')
  assert.deepEqual(texts(await logs.read('r1/test/1', { offset: 0 })), ['one', 'unfini'])
  const second = await logs.open('r1/test/1', none)
  second.say('two')
  await second.close()
  assert.deepEqual(texts(await logs.read('r1/test/1', { offset: 0 })), ['one', 'unfini', 'two'])
})

test('a full disk drops lines, says how many bytes, and goes on when there is space', {
  skip: await noTmpfs(),
}, async () => {
  await using disk = await tmpfs('1m')
  const logs = openJobLogs({ directory: join(disk.path, 'logs'), clock: systemClock })
  const writer = await logs.open('r1/test/1', none)
  const out = writer.sink(output)
  await out.push(Buffer.from('before\n'))
  await writer.flush()
  const ballast = join(disk.path, 'ballast')
  await writeFile(ballast, Buffer.alloc(900_000))
  const lost = 'lost\n'.repeat(40_000)
  await out.push(Buffer.from(lost))
  await writer.flush()
  assert.deepEqual(texts(await logs.read('r1/test/1', { offset: 0 })), ['before'])
  await rm(ballast)
  await out.push(Buffer.from('after\n'))
  out.end()
  await writer.close()
  const lines = texts(await logs.read('r1/test/1', { offset: 0 }))
  const [before, marker = '', after] = lines
  assert.deepEqual([before, after, lines.length], ['before', 'after', 3])
  assert.ok(Number(/^(\d+) bytes of the log are missing here/.exec(marker)?.[1]) >= lost.length, marker)
})

test('hostile attempt names stay inside the folder and apart from each other', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: join(dir.path, 'logs'), clock: systemClock })
  const names = [
    '../../x/1',
    'r1/../../../x',
    'r1/a b/1',
    'r1/a-b/1',
    'r1/a\tb/1',
    `r1/${'ä'.repeat(300)}/1`,
    'r1//1',
    'r1/./1',
    'r1/\0/1',
  ]
  for (const name of names) {
    const writer = await logs.open(name, none)
    writer.say(`this is ${JSON.stringify(name)}`)
    await writer.close()
  }
  for (const name of names) {
    assert.deepEqual(texts(await logs.read(name, { offset: 0 })), [`this is ${JSON.stringify(name)}`])
  }
  await waitFor(
    'nothing outside',
    async () => (await openJobLogs({ directory: dir.path, clock: systemClock }).size('x')) === 0,
  )
  await logs.remove(names[0]!)
  assert.equal(await logs.size(names[0]!), 0)
})

test('50 MB and more go in per second, with thirty secrets', async () => {
  await using dir = await tempDir()
  const logs = openJobLogs({ directory: dir.path, clock: systemClock })
  const secrets = Array.from({ length: 30 }, (_, index) => `secret number ${index} of many`)
  const writer = await logs.open('r1/test/1', redactor(secrets))
  const out = writer.sink(output)
  const lines = Array.from(
    { length: 600 },
    (_, index) => `2026-01-01 INFO an ordinary line ${index} ${secrets[index % 90] ?? 'and more'} of text\n`,
  )
  const chunk = Buffer.from(lines.join(''))
  const before = process.cpuUsage()
  let bytes = 0
  for (; bytes < 60_000_000; bytes += chunk.length) await out.push(chunk)
  await writer.close()
  const { user, system } = process.cpuUsage(before)
  const rate = bytes / (user + system)
  assert.ok(rate > 50, `${rate.toFixed(0)} MB per second of processor time`)
})

function texts(part: { readonly text: string }): string[] {
  return parseJobLog(part.text).map((line) => line.text)
}
