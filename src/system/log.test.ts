import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import { redactor } from '../lib/redact.ts'
import { createLog, type LogOptions, withFields } from './log.ts'

async function logged(
  options: LogOptions,
  write: (log: ReturnType<typeof createLog>) => void,
): Promise<Record<string, unknown>[]> {
  await using dir = await tempDir()
  const path = join(dir.path, 'log')
  const fd = openSync(path, 'a')
  write(createLog({ ...options, fd }))
  closeSync(fd)
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a line is JSON with a time, a level, a sentence and ids, written at once', async () => {
  const lines = await logged({ fields: { server: 'srv-1' } }, (log) => {
    log.debug('not at this level')
    log.info('deployment started', { deployment: 'd1' })
    withFields(log, { run: 'r1' }).warn('run late')
  })
  assert.deepEqual(
    lines.map(({ level, msg, server, deployment, run }) => [level, msg, server, deployment, run]),
    [
      ['info', 'deployment started', 'srv-1', 'd1', undefined],
      ['warn', 'run late', 'srv-1', undefined, 'r1'],
    ],
  )
  assert.match(String(lines[0]?.time), /^\d{4}-\d\d-\d\dT/)
})

test('nothing that somebody wrote begins a line of its own or moves a cursor', async () => {
  const hostile = '\n{"level":"info","msg":"signed in"}\r\u001b[2J\u0000\u2028'
  const lines = await logged({}, (log) =>
    log.info(`hello ${hostile}`, { [hostile]: hostile, error: new Error(hostile) }),
  )
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.msg, `hello ${hostile}`)
})

test('an error comes with its stack and its cause', async () => {
  const [line] = await logged({}, (log) =>
    log.error('it broke', { error: new Error('outer', { cause: new Error('inner') }) }),
  )
  const { error } = line as { error: { message: string; stack: string; cause: { message: string } } }
  assert.deepEqual([error.message, error.cause.message], ['outer', 'inner'])
  assert.match(error.stack, /log\.test\.ts/)
})

test('secrets are hidden wherever they stand in a line', async () => {
  const redact = redactor(['p@ss "word"']).text
  const write = (log: ReturnType<typeof createLog>) =>
    log.info('connecting', {
      url: `postgres://u:${encodeURIComponent('p@ss "word"')}@h`,
      raw: 'p@ss "word"',
      error: new Error('bad p@ss "word"!'),
    })
  const [line] = await logged({ redact }, write)
  assert.equal(line?.url, 'postgres://u:***@h')
  assert.equal(line?.raw, '***')
  assert.doesNotMatch(JSON.stringify(line), /p@ss|p%40ss/)
})

test('a full disk ends nobody: lines wait until there is space', { skip: await noTmpfs() }, async () => {
  await using small = await tmpfs('64k')
  const path = join(small.path, 'log')
  const fd = openSync(path, 'a')
  const log = createLog({ fd })
  await using ballast = await small.fill()
  for (let n = 0; n < 5000; n += 1) log.info('too much', { n, text: 'x'.repeat(500) })
  await ballast.free()
  log.info('there is space')
  closeSync(fd)
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const numbers = lines.slice(0, 20).map((line) => JSON.parse(line).n)
  assert.deepEqual(numbers, [...numbers.keys()], 'whole lines, in order')
})
