import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { safeJson, safeText } from '../lib/safe-text.ts'
import { printedText } from './printed-text.ts'
import { listing, red, render, table } from './text.ts'

/** What no terminal may be sent: C0 and C1 controls, DEL, bidi and other format characters, separators, lone halves. */
const forbidden = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const colours = /\x1b\[[\d;]*m|\t/g

const hostile = fc.string({ unit: 'binary', maxLength: 60 })

test('nothing that a terminal obeys is left in a text', () => {
  fc.assert(fc.property(hostile, (text) => assert.doesNotMatch(safeText(text), forbidden)))
})

test('what can be read stays as it is', () => {
  for (const text of ['plain', 'naïve café', '部署 ✔ 🚂', '👩‍💻', 'می‌خواهم', 'a\u0301'])
    assert.equal(safeText(text), text)
})

test('what a terminal obeys is spelled out', () => {
  assert.equal(safeText('\x1b[2J\x1b]0;title\x07'), '\\x1b[2J\\x1b]0;title\\x07')
  assert.equal(safeText('a\r\nb\tc'), 'a\\r\\nb\\tc')
  assert.equal(safeText('\u202egnp.exe \u{e0041} \ud800'), '\\u{202e}gnp.exe \\u{e0041} \\u{d800}')
})

test('JSON holds none of it either, and reads back as the same value', () => {
  const values = fc.jsonValue({ noUnicodeString: false })
  fc.assert(
    fc.property(fc.oneof(values, fc.record({ text: fc.string({ unit: 'grapheme-composite' }) })), (value) => {
      for (const indent of [undefined, 2]) {
        const json = safeJson(value, indent)
        assert.doesNotMatch(json.replaceAll('\n', ''), forbidden)
        assert.equal(JSON.stringify(JSON.parse(json)), JSON.stringify(value))
      }
    }),
  )
  assert.equal(safeJson('\u{e0041}\u202e\x9b'), '"\\udb40\\udc41\\u202e\\u009b"')
})

test('a printed line keeps its colours where colours are shown, and nothing else', () => {
  const line = '\x1b[1;32mok\x1b[0m\x1b[2K\x1b[8mhidden\tx\x1b]52;c;aGk=\x07\r'
  assert.equal(printedText(line, true), '\x1b[1;32mok\x1b[0m\\x1b[2K\\x1b[8mhidden\tx\\x1b]52;c;aGk=\\x07\x1b[0m')
  assert.equal(printedText(line, false), 'ok\\x1b[2K\\x1b[8mhidden\tx\\x1b]52;c;aGk=\\x07')
  assert.equal(printedText('\x1b[38;5;8mgrey\x1b[38;2;1;2;3mx', true), '\x1b[38;5;8mgrey\x1b[38;2;1;2;3mx\x1b[0m')
  fc.assert(
    fc.property(hostile, (text) => assert.doesNotMatch(printedText(text, false).replaceAll('\t', ''), forbidden)),
  )
  fc.assert(
    fc.property(hostile, (text) =>
      assert.doesNotMatch(printedText(`\x1b[${text}m`, true).replace(colours, ''), forbidden),
    ),
  )
})

test('colour is a matter of the screen, and never of the text', () => {
  assert.equal(render(['a ', red('b\x1b')], true), 'a \x1b[31mb\\x1b\x1b[39m')
  assert.equal(render(['a ', red('b\x1b')], false), 'a b\\x1b')
})

test('columns are as wide as their widest cell, whatever it is made of', () => {
  const rows = [
    ['x', 'é👩‍💻', 'end'],
    [red('longer'), '', 'end'],
  ]
  assert.deepEqual(
    table(rows).map((row) => render(row, false)),
    ['x       é👩‍💻  end', 'longer      end'],
  )
  assert.deepEqual(listing(['a', 'b'], []), [])
  assert.deepEqual(
    listing(['name', 'b'], [['n', 'm']]).map((row) => render(row, false)),
    ['name  b', 'n     m'],
  )
})
