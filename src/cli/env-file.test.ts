import assert from 'node:assert/strict'
import test from 'node:test'
import { readEnvFile } from './env-file.ts'

const read = (...lines: string[]) =>
  Object.fromEntries(readEnvFile(lines.join('\n'), '.env').map(({ name, value }) => [name, value]))

test('what .env files hold is read as it is meant', () => {
  const text = [
    '\ufeff# remark',
    'export A=plain',
    'B=\'single $X "q" \\n\' # remark',
    'C="double \\"esc\\" \\n \\$HOME \\x"',
    'D=with # remark',
    'E=',
    'F=a=b=c',
    '  G = spaced  ',
    'H="multi',
    'line"\r',
    'I=pass#word',
    'J=`it\'s "so"`',
    'K=\t# only a remark',
    '',
    'L=last',
  ]
  assert.deepEqual(read(...text), {
    ...{
      A: 'plain',
      B: 'single $X "q" \\n',
      C: 'double "esc" \n $HOME \\x',
      D: 'with',
      E: '',
      F: 'a=b=c',
      G: 'spaced',
    },
    ...{ H: 'multi\nline', I: 'pass#word', J: 'it\'s "so"', K: '', L: 'last' },
  })
  assert.deepEqual([read(), read('', '# only'), read('A=1', '')], [{}, {}, { A: '1' }])
})

test('what cannot be read is refused with its line, and never repeated', () => {
  for (const [line, problem] of [
    ['hunter2', 'it is not NAME=VALUE'],
    ['=hunter2', 'it is not NAME=VALUE'],
    ['A B=hunter2', 'it is not NAME=VALUE'],
    ['A="hunter2', 'its quote is not closed'],
    ['A="hunter2"x', 'something follows the closing quote'],
  ] as const) {
    assert.throws(
      () => read('OK=1', '', line),
      (error: Error) =>
        error.message.includes(`.env:3 cannot be read: ${problem}`) && !error.message.includes('hunter2'),
      line,
    )
  }
})
