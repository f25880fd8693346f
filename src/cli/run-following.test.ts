import assert from 'node:assert/strict'
import { once } from 'node:events'
import test, { type TestContext } from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { cli, start } from '../../test/helpers/cli.ts'
import { succeeded } from '../../test/helpers/engine.ts'
import { tokens } from '../../test/helpers/people.ts'
import { Screen } from '../../test/helpers/screen.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { atTerminal } from '../../test/helpers/terminal.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { redactor } from '../lib/redact.ts'
import type { JobResult } from '../runner/runner.ts'

/** A run whose first job goes on until it is told how it ended, and has printed something. */
async function running(t: TestContext) {
  const api = await apiServer()
  const dir = await tempDir()
  t.after(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  const going = Promise.withResolvers<JobResult>()
  await api.it.push('slow', { job: () => going.promise })
  await waitFor('the job to run', () => api.it.jobsRun.length > 0)
  const log = await api.jobLogs.open('r1/test/1', redactor([]))
  await log.sink({ step: 0, stream: 'o' }).push(Buffer.from('one\rhello \x1b[32mgreen\x1b[0m\tworld\x1b[2J\n'))
  t.after(() => log.close())
  return { api, cwd: dir.path, env: { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.admin }, end: going.resolve }
}

test('a run is drawn with its jobs and what each printed last; at the end its jobs stay as words', async (t) => {
  const { cwd, env, end } = await running(t)
  const size = { rows: 40, columns: 100 }
  await using terminal = await atTerminal(['runs', 'show', 'r1', '--wait'], { cwd, env, size })
  const screen = new Screen(terminal, size)
  const rows = await screen.shows('what the job printed', (all) => all.some((row) => /hello/.test(row)))
  assert.match(
    rows.join('\n'),
    /^\S r1 {2}shop main \w{8} "slow" .*\n {2}\S test {2}.*s\n {6}1 hello green world\n {2}· build:shop$/,
  )
  end(succeeded)
  assert.equal(await terminal.code, 0)
  const last = (await screen.rows()).join('\n')
  assert.match(
    last,
    /^r1 .*running, 0 of 2 jobs done.*\n {2}test {2}succeeded.*\n {2}build:shop {2}succeeded.*\nr1 .*succeeded in /,
  )
})

test('Ctrl-C ends the looking, and says that the run goes on', async (t) => {
  const { cwd, env } = await running(t)
  const size = { rows: 40, columns: 100 }
  await using terminal = await atTerminal(['runs', 'show', 'r1', '--wait'], { cwd, env, size })
  const screen = new Screen(terminal, size)
  await screen.shows('the run', (rows) => rows.length > 2)
  terminal.type('\x03')
  assert.equal(await terminal.code, 130)
  assert.match(
    (await screen.rows()).join('\n'),
    /^r1 .*running.*\nr1 goes on without us; `signalbox cancel r1` would end it$/,
  )
  assert.equal(screen.isCursorShown, true)
})

test('without a terminal a line tells of each job that ended, and the run’s end is ours', async (t) => {
  const { cwd, env, end } = await running(t)
  const following = start(['runs', 'show', 'r1', '--wait'], { cwd, env })
  let stdout = ''
  following.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  const closed = once(following, 'close')
  await waitFor('its first line', () => /^r1 .*running.*\n/.test(stdout))
  const timedOut = await cli(['runs', 'show', 'r1', '--wait', '--wait-timeout', '1s'], { cwd, env })
  assert.deepEqual([timedOut.code, timedOut.stdout.split('\n').length], [124, 2])
  end({ ...succeeded, outcome: 'failed', reason: 'exit code 3' })
  const [code] = await closed
  assert.equal(code, 1)
  assert.match(stdout, /^r1 .*\n {2}test {2}failed.*: exit code 3\n {2}build:shop {2}skipped.*\nr1 .*: failed in /)
  const json = await cli(['--json', 'runs', 'show', 'r1', '--wait'], { cwd, env })
  assert.deepEqual([json.code, json.json<{ outcome: string }>().outcome], [1, 'failed'])
})

test('what is run again is followed when that is asked for', async (t) => {
  const { api, cwd, env, end } = await running(t)
  end({ ...succeeded, outcome: 'failed', reason: 'exit code 3' })
  await waitFor('the end', async () => (await api.as('read').call('runs.show', { params: { run: 'r1' } })).finishedAt)
  const again = await cli(['rerun', 'r1', '--wait'], { cwd, env })
  assert.equal(again.code, 1)
  assert.match(again.stdout, /^r1 .*\n(.*\n)* {2}test {2}failed in .*: exit code 3\n/)
  assert.equal(api.it.jobsRun.length, 2)
})
