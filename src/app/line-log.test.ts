import assert from 'node:assert/strict'
import { appendFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { parseJobLog } from '../lib/job-log.ts'
import { systemClock } from '../system/clock.ts'
import { openJobLogs } from '../system/job-logs.ts'
import type { Line } from '../targets/driver.ts'
import { openLineLog } from './line-log.ts'

const out = (text: string): Line => ({ stream: 'out', text })
const err = (text: string): Line => ({ stream: 'err', text })
const secret = 'first half\nsecond half'

/** What a command prints; a target tells all of it to each server that asks. */
const printed = [
  ...[out('one'), err('one'), out('x'.repeat(200_000)), out('a\rb'), out(''), err('two')],
  ...[out('first half'), out('second half'), out('end')],
]

/** Servers one after the other, each of which hears the whole and is killed when it has kept so many lines. */
async function afterKills(kept: readonly number[], alter: (path: string) => Promise<void> = async () => {}) {
  const directory = await tempDir()
  for (const count of kept) {
    const logs = openJobLogs({ directory: directory.path, clock: systemClock })
    const log = await openLineLog(logs, 'o1', [secret])
    for (const line of printed.slice(0, count)) log.write(line)
    // Closed only so that all of it is in the file: a kill later than that changes nothing.
    await log.close()
    const [file = ''] = await readdir(directory.path)
    await alter(join(directory.path, file))
  }
  const logs = openJobLogs({ directory: directory.path, clock: systemClock })
  const lines = []
  for (let offset = 0; ; ) {
    const { text, next } = await logs.read('o1', { offset })
    if (next === offset) break
    lines.push(...parseJobLog(text))
    offset = next
  }
  await directory[Symbol.asyncDispose]()
  return lines.map(({ stream, text }) => `${stream} ${text.slice(0, 12)}`)
}

test('however often a server is killed, each line is told once, long ones and empty ones too', async () => {
  const once = await afterKills([6])
  assert.deepEqual(once, ['o one', 'e one', 'o xxxxxxxxxxxx', 'o a\rb', 'o ', 'e two'])
  assert.deepEqual(await afterKills([1, 2, 3, 4, 5, 6]), once)
  assert.deepEqual(await afterKills([4, 2, 6]), once)
})

test('what is told twice is masked as well, and nothing is lost where lines become one', async () => {
  const lines = await afterKills([printed.length, printed.length])
  assert.ok(lines.includes('o end'))
  assert.doesNotMatch(lines.join('\n'), /first half|second half/)
})

test('a line that a killed server left without its end is told again, whole', async () => {
  const cut = (path: string) => appendFile(path, '12 - o thr')
  const lines = await afterKills([2, 6], cut)
  assert.deepEqual(lines.slice(0, 4), ['o one', 'e one', 'o thr', 'o xxxxxxxxxxxx'])
})
