import assert from 'node:assert/strict'
import test from 'node:test'
import { weaknessOf } from './password-rules.ts'

test('what is easy to guess is told as such; whatever characters it is made of, the rest is good', () => {
  const weak: [string, RegExp][] = [
    ['', /0 characters/],
    ['elevenchars', /11 characters/],
    ['aaaaaaaaaaaaaaaa', /fewer than 5 different/],
    ['Password12345!', /tried first/],
    ['qwertyuiop123', /tried first/],
    ['signalboxsignalbox', /tried first/],
    ['ada.lovelace1', /little more than your name/],
    ['x'.repeat(513), /more than 512/],
  ]
  for (const [password, problem] of weak) assert.match(weaknessOf(password, 'ada.lovelace') ?? '', problem, password)
  for (const password of ['seven brown horses', 'пятьбелыхконей', '  spaces count  ', 'korrekt-pferd-batterie'])
    assert.equal(weaknessOf(password, 'ada'), null, password)
})
