import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { cli, cliAtTerminal } from '../../test/helpers/cli.ts'
import { tokens } from '../../test/helpers/people.ts'
import { Screen } from '../../test/helpers/screen.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { atTerminal } from '../../test/helpers/terminal.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

const spinner = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/
const usual = { rows: 40, columns: 100 }

/** Somebody at a terminal who follows a deployment that waits for a yes. */
async function following(t: TestContext, size: typeof usual = usual, env: Record<string, string> = {}) {
  const api = await apiServer()
  const dir = await tempDir()
  await api.it.push('one')
  const deployment = await waitFor('a deployment that waits', async () => {
    const listed = await api.as('read').call('deployments.list', { query: { environment: 'production' } })
    return listed.find(({ state }) => state === 'waiting')?.id
  })
  await api.as('deploy').call('deployments.cancel', { params: { deployment } })
  const all = { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.admin, ...env }
  const terminal = await atTerminal(['deploy', 'production', '--wait'], { cwd: dir.path, env: all, size })
  t.after(async () => {
    await terminal[Symbol.asyncDispose]()
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  const approve = async () => {
    const { plan } = await waitingPlan(api)
    await api.as('maintain').call('deployments.approve', { params: { deployment: 'd3' }, body: { plan } })
  }
  return { api, terminal, screen: new Screen(terminal, size), approve, cwd: dir.path, env: all }
}

async function waitingPlan({ as }: Awaited<ReturnType<typeof apiServer>>) {
  const { hash: plan } = await as('read').call('deployments.plan', { params: { deployment: 'd3' } })
  return { plan }
}

const heads = (rows: readonly string[]) => rows.filter((row) => row.includes('d3  production/shop'))

test('what goes on is drawn in place; when it has ended, words stay', async (t) => {
  const { terminal, screen, approve } = await following(t)
  const first = await screen.shows('it moving', (rows) => spinner.test(rows[0] ?? ''))
  assert.match(first.join('\n'), /^. d3 {2}production\/shop {2}\S+, promote by admin\n {2}waits for approval$/)
  await screen.shows('it moving on', (rows) => rows[0] !== first[0] && rows.length === 2)
  assert.equal(screen.isCursorShown, false)
  await approve()
  assert.equal(await terminal.code, 0)
  const last = await screen.rows()
  assert.ok(!last.some((row) => spinner.test(row)), last.join('\n'))
  assert.match(
    last.join('\n'),
    /^d3 {2}production\/shop .*\n {2}waits for approval\n {2}\+0\.0s .*\nd3 .*: succeeded in /s,
  )
  assert.equal(screen.isCursorShown, true)
})

test('a narrow terminal cuts rows, and one that becomes narrow keeps nothing of what was drawn before', async (t) => {
  const { screen } = await following(t)
  await screen.shows('it moving', (rows) => heads(rows).length === 1)
  await screen.resize(40, 40)
  await screen.shows('one head of 40 columns', (rows) => rows.length === 2 && /…$/.test(rows[0] ?? ''))
  await screen.resize(40, 100)
  await screen.shows('one head of 100 columns', (rows) => rows.length === 2 && !/…$/.test(rows[0] ?? ''))
})

test('a colour ends with its row, also where that is cut', async (t) => {
  const { screen, terminal } = await following(t, { rows: 40, columns: 30 }, { NO_COLOR: '' })
  await screen.shows('it moving', (rows) => heads(rows).length === 1)
  assert.match(terminal.screen.replaceAll('\x1b', 'ESC'), /ESC\[36m.ESC\[39m ESC\[1md3ESC\[22m[^E]*…ESC\[0m/)
})

test('of more rows than the screen has the last are drawn, and nothing scrolls', async (t) => {
  const { screen, terminal } = await following(t, { rows: 2, columns: 40 })
  const length = () => terminal.screen.length
  await screen.shows('what it waits for', (rows) => rows.length === 1 && /waits for approval/.test(rows[0] ?? ''))
  const before = length()
  await waitFor('it to be drawn again', () => length() > before + 200)
  assert.equal((await screen.rows()).length, 1)
})

test('Ctrl-C leaves words and the cursor', async (t) => {
  const { terminal, screen } = await following(t)
  await screen.shows('it moving', (rows) => heads(rows).length === 1)
  terminal.type('\x03')
  assert.equal(await terminal.code, 130)
  const rows = await screen.rows()
  assert.match(rows.join('\n'), /^d3 {2}production\/shop .*\n {2}waits for approval\nd3 goes on without us/s)
  assert.equal(screen.isCursorShown, true)
})

test('robots get lines: without a terminal, in CI, at a dumb one, and as JSON', async (t) => {
  const { cwd, env } = await following(t)
  const words = ['deploy', 'staging']
  const piped = await cli(words, { cwd, env })
  const ways = [
    piped.stdout,
    (await cliAtTerminal(words, { cwd, env: { ...env, CI: '1' } })).screen,
    (await cliAtTerminal(words, { cwd, env: { ...env, TERM: 'dumb' } })).screen,
    (await cliAtTerminal([...words, '--json'], { cwd, env })).screen,
  ]
  for (const way of ways) assert.ok(!way.includes('\x1b'), way)
})

test('a command that waits for a yes is drawn too, with who has given one; what stays stands above what it prints', async (t) => {
  const deploying = await following(t)
  const { api, cwd, env } = deploying
  await deploying.screen.shows('it moving', (rows) => heads(rows).length === 1)
  await deploying.approve()
  assert.equal(await deploying.terminal.code, 0)
  const words = ['--project', 'shop', 'run', 'production', '--wait', '--', 'true']
  await using terminal = await atTerminal(words, { cwd, env, size: usual })
  const screen = new Screen(terminal, usual)
  const moving = await screen.shows('it moving', (rows) => rows.some((row) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] o1/.test(row)))
  assert.match(
    moving.join('\n'),
    /It waits for approval: signalbox approve o1 --plan[\s\S]*waits for approval \(0 of 1\)/,
  )
  const { plan } = await api.as('read').call('one-offs.show', { params: { oneOff: 'o1' } })
  await api.as('maintain').call('one-offs.approve', { params: { oneOff: 'o1' }, body: { plan: plan?.hash ?? '' } })
  assert.equal(await terminal.code, 0)
  const last = await screen.rows()
  assert.ok(!last.some((row) => spinner.test(row)), last.join('\n'))
  assert.match(last.join('\n'), /It waits for approval: .*[\s\S]*o1 approved by maintain/)
})
