import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'

const main = join(import.meta.dirname, 'main.ts')

test('many seeds on two processes: a clean report, exit 0', () => {
  const { code, report } = simulate('--seeds', '120', '--jobs', '2', '--json', '--subject', 'rehearsal')
  assert.equal(code, 0)
  assert.equal(report.tally.seeds, 120)
  assert.equal(report.tally.runTwice, 6)
  assert.deepEqual(report.tally.failures, [])
})

test('one process or two: the same sum', () => {
  const [one, two] = ['1', '2'].map((jobs) =>
    simulate('--seeds', '60', '--jobs', jobs, '--json', '--subject', 'rehearsal'),
  )
  assert.deepEqual(one?.report.tally, two?.report.tally)
})

test('a planted defect: exit 1, the seed, and how to replay it', () => {
  const words = ['--subject', 'rehearsal', '--defect', 'no drain']
  const { code, text } = simulate('--seeds', '100', ...words)
  assert.equal(code, 1)
  const seed = text.match(/^seed (\d+), I-6/m)?.[1]
  assert.ok(seed)
  assert.match(text, /^replay: bin\/simulate --seed \d+ .*--trace$/m)
  const replayed = simulate('--seed', seed, '--trace', ...words)
  assert.equal(replayed.code, 1)
  assert.match(replayed.text, /^I-6 at \d+ ms/m)
})

test('a trace of one seed is the same each time', () => {
  const [once, twice] = [1, 2].map(() => simulate('--seed', '7', '--trace', '--subject', 'rehearsal').text)
  assert.equal(once, twice)
  assert.ok((once ?? '').split('\n').length > 100)
})

interface Outcome {
  readonly code: number | null
  readonly text: string
  readonly report: {
    readonly tally: { readonly seeds: number; readonly runTwice: number; readonly failures: unknown[] }
  }
}

function simulate(...words: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1e8,
  })
  assert.equal(stderr, '')
  return { code: status, text: stdout, report: words.includes('--json') ? JSON.parse(stdout) : { tally: {} } }
}
