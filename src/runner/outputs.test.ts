import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseOutputs } from './outputs.ts'

test('lines are read in order, and a later one wins', () => {
  const text = '{"TAG": "v1"}\n\n{"url":"https://x/?a=1&b=\\"2\\"","TAG":"v2"}\r\n'
  assert.deepEqual(parseOutputs(text), { outputs: { TAG: 'v2', url: 'https://x/?a=1&b="2"' } })
  assert.deepEqual(parseOutputs(''), { outputs: {} })
})

test('whatever is not {"name": "value"} is refused with its line, and never quoted', () => {
  const rows: [string, RegExp][] = [
    ['{"A":"1"}\nTAG=hunter2', /^line 2 is not/],
    ['["hunter2"]', /^line 1 is not/],
    ['"hunter2"', /^line 1 is not/],
    ['null', /^line 1 is not/],
    ['{"A":"x"} {"B":"hunter2"}', /^line 1 is not/],
    ['{"A-B":"hunter2"}', /other characters/],
    ['{"":"hunter2"}', /other characters/],
    ['{"ä":"hunter2"}', /other characters/],
    ['{"A":1}', /gives A something that is no text/],
    ['{"A":null}', /gives A something/],
    ['{"A":{"hunter2":"x"}}', /gives A something/],
    ['{"A":"hunter2\\u0000"}', /NUL/],
  ]
  for (const [text, problem] of rows) {
    const result = parseOutputs(text)
    assert.ok('problem' in result, text)
    assert.match(result.problem, problem)
    assert.doesNotMatch(result.problem, /hunter2/)
  }
})

test('names that mean something to JavaScript are names like others', () => {
  const result = parseOutputs('{"__proto__":"x","constructor":"y"}')
  assert.ok('outputs' in result)
  assert.deepEqual(Object.entries(result.outputs), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
})

test('any text gives outputs or a problem', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) =>
      ['outputs', 'problem'].includes(Object.keys(parseOutputs(text))[0]!),
    ),
  )
})
