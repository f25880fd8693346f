import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import type { TerminalInput } from '../targets/driver.ts'
import { Consoles } from './consoles.ts'
import { transcript } from './transcript.ts'

const never = new AbortController().signal

function fresh() {
  const clock = new ManualClock()
  const consoles = new Consoles(clock)
  return { clock, consoles, line: consoles.of('o1') }
}

const bytes = (length: number, fill = 'x') => Buffer.alloc(length, fill)

test('whoever comes back is shown again what they may have missed, and what comes from there', async () => {
  const { line, consoles } = fresh()
  await line.show(Buffer.from('hello '))
  assert.equal(consoles.of('o1'), line)
  assert.deepEqual(line.look(0), { offset: 0, next: 6, bytes: Buffer.from('hello ') })
  assert.equal(line.look(6), null)
  const woken = line.wait(never)
  await line.show(Buffer.from('world'))
  await woken
  assert.equal(Buffer.from(line.look(2)?.bytes ?? []).toString(), 'llo world')
  assert.equal(line.look(99)?.offset, 0, 'of a server before this one')
})

test('a program that prints without end is held back, and nothing that was read long ago is kept', async () => {
  const { line } = fresh()
  await line.show(bytes(200_000))
  let held = true
  const more = line.show(bytes(200_000, 'y')).then(() => (held = false))
  let at = 0
  for (let piece = line.look(at); piece !== null && at < 100_000; piece = line.look(at)) at = piece.next
  await Promise.resolve()
  assert.equal(held, true)
  for (let piece = line.look(at); piece !== null; piece = line.look(at)) at = piece.next
  await more
  assert.equal(at, 400_000)
  await line.show(bytes(200_000))
  line.look(at + 200_000)
  assert.ok((line.look(0)?.offset ?? 0) > 0)
})

test('what a quick program has said waits for its reader', async () => {
  const { line } = fresh()
  await line.show(Buffer.from('done'))
  let isTaken = false
  const taken = line.taken(never).then(() => (isTaken = true))
  await new Promise(setImmediate)
  assert.equal(isTaken, false)
  line.look(0)
  await new Promise(setImmediate)
  assert.equal(isTaken, false, 'it is in the hands of the reader, who may not have passed it on')
  line.look(4)
  await taken
  const gone = fresh().line
  await gone.show(Buffer.from('done'))
  gone.hangUp()
  await gone.taken(never)
})

test('one that is hung up holds nobody back, and its input ends after what was typed', async () => {
  const { line, clock } = fresh()
  const typed: TerminalInput = { kind: 'typed', bytes: Buffer.from('ls\r') }
  await clock.advance(20_000)
  assert.equal(line.silentMs, 20_000)
  line.type(2, [typed])
  line.type(2, [typed])
  line.type(1, [typed])
  assert.equal(line.silentMs, 0, 'whoever types is there')
  const held = line.show(bytes(600_000))
  line.hangUp()
  await held
  assert.deepEqual(await Array.fromAsync(line.input()), [typed], 'a call that came twice counts once')
})

test('a transcript is made of lines, whatever the pieces; one without end is cut', () => {
  const lines: string[] = []
  const written = transcript({ write: ({ text }) => lines.push(text), close: async () => {} })
  const euro = Buffer.from('€')
  for (const piece of [Buffer.from('$ ls\r\na '), euro.subarray(0, 1), euro.subarray(1), Buffer.from('\r\r\nno end')]) {
    written.add(piece)
  }
  written.end()
  written.end()
  assert.deepEqual(lines, ['$ ls', 'a €', 'no end'])
  written.add(bytes(40_000))
  assert.deepEqual(
    lines.slice(3).map(({ length }) => length),
    [16_384, 16_384],
  )
})
