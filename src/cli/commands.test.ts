import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { type CliOptions, type CliResult, cli, cliAtTerminal, start } from '../../test/helpers/cli.ts'
import { succeeded } from '../../test/helpers/engine.ts'
import { tokens } from '../../test/helpers/people.ts'
import { repository } from '../../test/helpers/repository.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { DeploymentView, PlanView } from '../api/views.ts'
import { redactor } from '../lib/redact.ts'

interface Desk {
  readonly api: TestApi
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** The command line of somebody who may everything. */
  sb(line: string, options?: Partial<CliOptions>): Promise<CliResult>
}

/** A server, and somebody in an empty folder who may talk to it. */
async function desk(t: TestContext): Promise<Desk> {
  const api = await apiServer()
  const dir = await tempDir()
  t.after(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  const env = { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.admin }
  const sb = (line: string, options: Partial<CliOptions> = {}) =>
    cli(line.split(' '), { cwd: dir.path, ...options, env: { ...env, ...options.env } })
  return { api, cwd: dir.path, env, sb }
}

/** Pushes, and waits until production waits for approval. */
async function release(api: TestApi, title: string, options?: Parameters<TestApi['it']['push']>[1]): Promise<string> {
  const commit = await api.it.push(title, options)
  return await waitFor(`${title} to wait for approval`, async () => {
    const [track] = await api
      .as('read')
      .call('status', { params: { project: 'shop' }, query: { environment: 'production' } })
    return track?.waiting.find(({ deployment }) => deployment.release.commit === commit)?.deployment.id
  })
}

const forbidden = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u

test('the numbers over time are told with their samples, of all projects where none is meant', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  await sb('projects add other')
  const told = await sb('insights --environment staging --days 2')
  assert.equal(told.code, 0, told.stderr)
  assert.match(told.stdout, /^shop, 2 days to today, and as many before$/m)
  assert.match(told.stdout, /^deployments +3\.5 a week +- +1 deployment$/m)
  assert.match(told.stdout, /^change fail rate +0% +- +0 of 1 deployment$/m)
  assert.match(told.stdout, /^recovery time +- +- +0 recovered$/m)
  assert.match(told.stdout, /^staging\/shop +3\.5 a week/m)
  const production = await sb('insights -p shop')
  assert.match(production.stdout, /^production\/shop +- +- +- +-$/m)
  assert.equal((await sb('insights --days 0')).code, 2)
})

test('what visitors got while a deployment moved is told of each that has begun', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const told = await sb('deployments traffic d1')
  assert.equal(told.code, 0, told.stderr)
  assert.match(told.stdout, /^No visitors in \d/)
  assert.equal((await sb('deployments traffic d99')).code, 2)
})

test('a login is checked, kept for its server alone, and used from then on', async (t) => {
  const { api, cwd } = await desk(t)
  await writeFile(join(cwd, 'token'), `${tokens.deploy}\n`)
  const wrong = await cli(['login', api.url], { cwd, input: 'sbx_nobody' })
  assert.deepEqual([wrong.code, wrong.stdout], [1, ''])
  assert.match(wrong.stderr, /The token is not known here/)
  const login = await cli(['login', `${api.url}/`, '--token-file', 'token', '--json'], { cwd })
  const path = join(cwd, '.config/signalbox/config.json')
  const grants = [{ role: 'deployer', project: null, environment: null }]
  const who = { name: 'deploy', kind: 'person', scope: 'deploy', grants, roles: ['contributor', 'deployer', 'viewer'] }
  assert.deepEqual(login.json(), { url: api.url, ...who, path })
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(join(cwd, '.config/signalbox'))).mode & 0o777, 0o700)
  const listed = await cli(['projects', '--json'], { cwd })
  assert.deepEqual(
    listed.json<{ name: string }[]>().map(({ name }) => name),
    ['shop'],
  )
  const elsewhere = await cli(['projects', '--server', 'http://127.0.0.1:9'], { cwd })
  assert.match(elsewhere.stderr, /There is no token for http:\/\/127\.0\.0\.1:9/)
  const forOther = { SIGNALBOX_URL: 'http://127.0.0.1:9', SIGNALBOX_TOKEN: 'sbx_for_the_other' }
  const named = await cli(['projects', '--server', api.url], { cwd, env: forOther })
  assert.equal(named.code, 0, 'the token of the environment is for the server of the environment')
})

test('a data directory stands for its token and its address', async (t) => {
  const { api, cwd } = await desk(t)
  await mkdir(join(cwd, 'data'))
  await writeFile(join(cwd, 'data/admin-token'), `${tokens.admin}\n`)
  await writeFile(join(cwd, 'data/server.json'), JSON.stringify({ url: api.url }))
  const { code, stdout } = await cli(['projects', '--token-file', 'data'], { cwd })
  assert.deepEqual([code, stdout.split('\n').length], [0, 3])
})

test('git gets the token of the server it asks about, and of no other', async (t) => {
  const { api, cwd, sb } = await desk(t)
  const ask = (host: string) => `protocol=http\nhost=${host}\n\n`
  const { host } = new URL(api.url)
  const answered = await sb('git-credential get', { input: ask(host) })
  assert.equal(answered.stdout, `username=signalbox\npassword=${tokens.admin}\n`)
  assert.equal((await sb('git-credential get', { input: ask('elsewhere.example') })).stdout, '')
  assert.equal((await sb('git-credential store', { input: ask(host) })).stdout, '')
  assert.equal((await cli(['git-credential', 'get'], { cwd, input: ask(host) })).stdout, '')
})

test('the project is the one named, the one this folder is pushed to, or the only one', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  assert.equal((await sb('status staging')).code, 0)
  await sb('projects add other')
  const unclear = await sb('releases')
  assert.equal(unclear.code, 2)
  assert.match(unclear.stderr, /there are other, shop, and no remote of this folder points at one/)
  const all = await sb('status')
  assert.equal(all.code, 0, all.stderr)
  assert.match(all.stdout, /^shop\/shop +staging +\S.* by ada/m)
  assert.match(all.stdout, /^shop\/shop +production +nothing +1 +d\d+ waits for approval$/m)
  assert.match(all.stdout, /^other +nothing pushed yet/m)
  assert.equal((await sb('status staging')).code, 2)
  assert.equal((await sb('status -p shop')).code, 0)
  await using repo = await repository()
  await repo.git('remote', 'add', 'box', `${api.url}/git/shop.git`)
  assert.equal((await sb('status', { cwd: repo.path })).code, 0)
})

test('a plan says what would change, and ends with what it found', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const blocked = await sb('plan production')
  assert.equal(blocked.code, 4)
  assert.match(blocked.stdout, /web 0 → 2/)
  assert.match(blocked.stdout, /signalbox approve d2 --plan [0-9a-f]{64}/)
  assert.equal((await sb('plan staging --json')).json<PlanView[]>().length, 1)
  assert.equal((await sb('plan staging')).code, 0)
  await api.it.push('two')
  await waitFor('two to be live', async () => (await sb('plan staging')).code === 0)
  const [newest, first] = await api.as('read').call('releases.list', { params: { project: 'shop' } })
  const older = await sb(`plan staging ${first?.version}`)
  assert.equal(older.code, 4)
  assert.match(older.stdout, /is older than/)
  assert.equal((await sb(`plan staging ${newest?.version}`)).code, 0)
  assert.equal((await sb('plan staging nothing')).code, 2)
})

test('deploy follows its steps to the verdict', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const deployed = await sb('redeploy staging')
  assert.equal(deployed.code, 0, deployed.stderr)
  assert.match(deployed.stdout, /^d3 {2}staging\/shop .* redeploy by admin$/m)
  assert.match(deployed.stdout, /\+0\.\ds +place d3-web-1$/m)
  assert.match(deployed.stdout, /^d3 .*: succeeded in [\d.]+s, .*(dropped of|probes)/m)
  const json = (await sb('deploy staging --json')).json<DeploymentView[]>()
  assert.deepEqual(
    json.map(({ outcome }) => outcome),
    ['succeeded'],
  )
})

test('deploy does not wait for people: it prints the plan and the words that approve it', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const stopped = await sb('deploy production')
  assert.equal(stopped.code, 4)
  const [, words] = /Approve it with: signalbox (approve d2 --plan [0-9a-f]{64})/.exec(stopped.stdout) ?? []
  assert.ok(words !== undefined, stopped.stdout)
  const asked = await sb('deploy production --no-wait')
  assert.equal(asked.code, 0)
  assert.match(asked.stdout, /waits for approval/)
  const timedOut = await sb('deploy production --wait --wait-timeout 300ms')
  assert.equal(timedOut.code, 124)
  assert.match(timedOut.stderr, /d2 has not ended within 300ms/)
  const approved = await sb(`${words} --wait`)
  assert.equal(approved.code, 0, approved.stderr)
  assert.match(approved.stdout, /succeeded/)
})

test('somebody who stops watching stops nothing else', async (t) => {
  const { api, cwd, env } = await desk(t)
  await release(api, 'one')
  const child = start(['deploy', 'production', '--wait'], { cwd, env })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  await waitFor('the first lines', () => stdout.includes('waits for approval'))
  child.kill('SIGINT')
  assert.equal(await closed, 130)
  assert.match(stderr, /d2 goes on without us; `signalbox cancel d2`/)
  const still = await api.as('read').call('deployments.show', { params: { deployment: 'd2' } })
  assert.equal(still.state, 'waiting')
})

test('a release that never becomes healthy ends with 5, and what served before still serves', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  await api.it.push('broken', { branch: 'main', behaviour: { exitsAfterMs: 5, healthyAfterMs: null } })
  await waitFor('staging to go back', async () => {
    const [newest] = await api.as('read').call('deployments.list', { query: { environment: 'staging' } })
    return newest?.rolledBack
  })
  const again = await sb('deploy staging')
  assert.equal(again.code, 5, again.stdout)
  assert.match(again.stdout, /going back/)
  assert.match(again.stdout, /failed, rolled back/)
})

test('a lock is in the way, with 4, and is told with its owner and reason', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const locked = await sb('lock staging --reason Friday --for 2h')
  assert.match(locked.stdout, /Locked: staging, until 20\d\d-.* UTC/)
  const stopped = await sb('deploy staging')
  assert.equal(stopped.code, 4)
  assert.match(stopped.stdout, /locked by admin: Friday; opened by signalbox unlock staging/)
  assert.match((await sb('status staging')).stdout, /lock +by admin since .* UTC, until .*: Friday/)
  assert.match((await sb('unlock staging')).stdout, /Unlocked: staging/)
  assert.match((await sb('unlock staging')).stdout, /was not locked/)
})

test('a freeze is listed under the id it is taken away by, whichever of several counts now', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  for (const reason of ['sale', 'audit']) await sb(`freeze staging --reason ${reason} --until 2099-12-24T16:00Z`)
  const { stdout } = await sb('freeze list staging')
  assert.match(stdout, /^f1 by admin until 2099-12-24 16:00:00 UTC: sale\nf2 by admin from .* until .* UTC: audit\n$/)
  assert.match((await sb('unfreeze staging f1')).stdout, /Taken away: f1 \(sale\)/)
  assert.match((await sb('freeze list staging')).stdout, /^f2 by admin until .* UTC: audit\n$/)
})

test('what the server refuses is told as the word of the command line: which one, what was found, what is expected', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  const rows: readonly (readonly [string, RegExp])[] = [
    [
      'approve d2 --plan 0000',
      /^Error: --plan: "0000"; expected 64 hexadecimal digits\.\nSee `signalbox approve --help`/,
    ],
    ['freeze staging --reason x', /--until or --for, and found neither\.\nSee `signalbox freeze start --help`/],
    [
      'freeze staging --reason x --for 1h --until 2099-12-24T16:00Z',
      /'--for <duration>' cannot be used with option '--until/,
    ],
    ['freeze staging --reason x --for 400d', /--for: 400d; expected 366d or less/],
    ['freeze staging --reason x --until 2020-01-01T00:00Z', /its end, 2020-01-01 00:00 UTC, is .*--until/s],
    ['freeze override staging --reason x --for 5ms', /--for: 5ms; expected 1s or more/],
    [`deploy staging --override-hold --reason ${'x'.repeat(2_001)}`, /--reason: "x+…; expected string to have <=2000/],
    [`redeploy staging --comment ${'x'.repeat(2_001)}`, /--comment: "x+…; expected string to have <=2000/],
    ['accounts grant ada A', /role.*: "A"; expected 1 to 40 of a to z/],
    [`status -p ${'p'.repeat(201)}`, /--project: "p+…; expected string/],
    [`unfreeze staging ${'f'.repeat(201)}`, /<freeze>: "f+…; expected string/],
  ]
  const results = await Promise.all(rows.map(([line]) => sb(line)))
  for (const [at, [line, message]] of rows.entries()) {
    assert.match(results[at]?.stderr ?? '', message)
    assert.equal(results[at]?.code, 2, line)
  }
})

test('approve needs the hash of the plan without a terminal, or a yes to the one it prints', async (t) => {
  const { api, sb } = await desk(t)
  const first = await release(api, 'one')
  const unasked = await sb('approve production')
  assert.equal(unasked.code, 2)
  assert.match(unasked.stderr, /A yes to the plan is needed[\s\S]*--plan HASH.*--yes/)
  const moved = await sb(`approve ${first} --plan ${'0'.repeat(64)}`)
  assert.equal(moved.code, 4)
  assert.match(moved.stderr, /is not the one you looked at/)
  const sure = await sb('approve production --yes --json')
  assert.equal(sure.json<DeploymentView>().id, first)
  assert.match(sure.stderr, /web 0 → 2[\s\S]*plan +[0-9a-f]{64}/)
  await release(api, 'two')
  const rejected = await sb('reject production --reason no')
  assert.match(rejected.stdout, /aborted: rejected by admin: no/)
  const none = await sb('approve production --yes')
  assert.equal(none.code, 2)
  assert.match(none.stderr, /nothing waits for approval in production/)
})

test('at a terminal approve shows the plan and asks', async (t) => {
  const { api, cwd, env } = await desk(t)
  const id = await release(api, 'one')
  const show = () => api.as('read').call('deployments.show', { params: { deployment: id } })
  const no = await cliAtTerminal(['approve', 'production'], {
    cwd,
    env,
    answers: [{ after: /Approve d2\?/, type: 'n' }],
  })
  assert.match(no.screen, /web 0 → 2/)
  assert.match(no.screen, /Nothing was approved/)
  assert.equal(no.code, 0)
  const away = await cliAtTerminal(['approve', id], { cwd, env, answers: [{ after: /Approve d2\?/, type: '\x03' }] })
  assert.equal(away.code, 130, away.screen)
  assert.equal((await show()).state, 'waiting')
  const robot = await cliAtTerminal(['approve', 'production'], { cwd, env: { ...env, CI: 'true' } })
  assert.equal(robot.code, 2)
  const yes = await cliAtTerminal(['approve', id], { cwd, env, answers: [{ after: /Approve d2\?/, type: 'y' }] })
  assert.equal(yes.code, 0, yes.screen)
  assert.notEqual((await show()).state, 'waiting')
})

test('a token is asked for at a terminal, and not shown', async (t) => {
  const { api, cwd } = await desk(t)
  const answers = [{ after: /Token/, type: `${tokens.read}\r` }]
  const { code, screen } = await cliAtTerminal(['login', api.url], { cwd, answers })
  assert.equal(code, 0, screen)
  assert.match(screen, /Logged in/)
  assert.ok(!screen.includes(tokens.read))
})

test('what others wrote cannot steer the terminal, in no command and no form', async (t) => {
  const { api, sb, cwd, env } = await desk(t)
  const evil = '\u001b[2J\u001b]0;x\u0007\u202egnp.exe\r\n\u009b31m'
  await release(api, `fix ${evil}`)
  const client = api.as('admin')
  const production = { params: { project: 'shop', environment: 'production' } }
  await client.call('lock', { ...production, body: { reason: `because ${evil}` } })
  await client.call('deployments.reject', { params: { deployment: 'd2' }, body: { reason: `no ${evil}` } })
  const lines = ['runs', 'runs show r1', 'releases', 'status', 'deployments', 'deployments show d2', 'audit', 'events']
  for (const line of lines) {
    const { code, stdout, stderr } = await sb(line)
    assert.equal(code, 0, line)
    assert.doesNotMatch(stdout + stderr, forbidden, line)
  }
  const json = await sb('runs --json')
  assert.doesNotMatch(json.stdout, forbidden)
  const [run] = json.json<{ title: string }[]>()
  assert.equal(run?.title, `fix ${evil}`, 'as JSON it reads back as it was')
  const { screen } = await cliAtTerminal(['runs'], { cwd, env })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  assert.doesNotMatch(screen.replace(/\x1b\[\d*m/g, ''), /[^\P{Cc}\r\n]|\u202e/u)
})

test('logs of a run carry job and step; their colours stay out of files', async (t) => {
  const { api, sb } = await desk(t)
  let finish = () => {}
  const held = new Promise<void>((resolve) => (finish = resolve))
  await api.it.push('one', {
    job: async ({ attempt }) => {
      if (attempt === 'r1/test/1') await held
      return succeeded
    },
  })
  const writer = await api.jobLogs.open('r1/test/1', redactor([]))
  const padding = '.'.repeat(100)
  for (let at = 0; at < 3000; at += 1)
    await writer.sink({ step: 0, stream: 'o' }).push(Buffer.from(`line ${at} ${padding}\n`))
  await writer.sink({ step: 1, stream: 'e' }).push(Buffer.from('\u001b[31mred\u001b[0m \u001b[2J\n'))
  const following = sb('logs r1 --follow --lines 3')
  await waitFor('the job', () => api.it.jobsRun.length > 0)
  await writer.close()
  finish()
  const followed = await following
  assert.equal(followed.code, 0)
  assert.match(followed.stdout, /^test +1 line 2998 \.+\ntest +1 line 2999 \.+\ntest +2 red \\x1b\[2J$/m)
  assert.doesNotMatch(followed.stdout, /line 2997/)
  assert.match(followed.stdout, /^r1 .*: succeeded in/m)
  const all = (await sb('logs r1 --job test --json')).items<{ job: string; step: number; text: string }>()
  assert.equal(all.length, 3001)
  assert.deepEqual([all[0]?.job, all[0]?.step, all[2999]?.text], ['test', 0, `line 2999 ${padding}`])
  const newest = (await sb('logs r1 --job test --json --lines 2000')).items<{ text: string }>()
  assert.deepEqual([newest.length, newest[0]?.text], [2000, `line 1001 ${padding}`])
  const found = (await sb('logs r1 --find LINE --json')).items<{ text: string; at: number }>()
  assert.deepEqual([found.length, found[2999]?.text], [3000, `line 2999 ${padding}`], 'more than are told in one go')
  assert.deepEqual([...new Set(found.map(({ at }) => at))].length, 3000)
  assert.match((await sb('logs r1 --find 2a --job test')).stdout, /^$/)
  assert.equal((await sb('logs r1 --find 2a --job test')).code, 1)
  assert.match((await sb('logs r1 --find rEd')).stdout, /^test +2 red/)
  for (const [line, said] of [
    ['logs r1 --process web', /--process is for an environment/],
    ['logs staging --find x', /--find is for a run/],
    ['logs staging --job test', /--job is for a run/],
    ['logs d1-migrate --app shop', /--app is for an environment/],
  ] as const) {
    const { code, stderr } = await sb(line)
    assert.equal(code, 2)
    assert.match(stderr, said)
  }
  const unknown = await sb('logs r1 --job tset')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /Its jobs: test, build:shop/)
})

test('variables are set from words, a file and a pipe; values are echoed nowhere', async (t) => {
  const { api, cwd, sb } = await desk(t)
  await release(api, 'one')
  await writeFile(join(cwd, '.env'), '# a comment\nexport COLOUR="dark green"\nPLAIN=hunter2plain\n')
  const set = await sb('env set staging KEY=- OTHER=hunter2word --secret', { input: 'hunter2pipe\n' })
  assert.equal(set.code, 0, set.stderr)
  assert.equal((await sb('env set staging --from-file .env')).code, 0)
  assert.doesNotMatch(set.stdout + set.stderr, /hunter2/)
  const listed = (await sb('env list staging --json')).json<{ variables: { name: string; value: string | null }[] }>()
  assert.deepEqual(
    listed.variables.map(({ name, value }) => [name, value]),
    [
      ['COLOUR', 'dark green'],
      ['KEY', null],
      ['OTHER', null],
      ['PLAIN', 'hunter2plain'],
    ],
  )
  assert.match((await sb('env list staging')).stdout, /KEY +\(secret\)/)
  assert.match((await sb('env unset staging KEY PLAIN')).stdout, /unset KEY, PLAIN \(version 3\)/)
  assert.equal((await sb('env set staging A=- B=-', { input: 'x' })).code, 2)
  assert.equal((await sb('env set staging 1A=x')).code, 2)
  assert.equal((await sb('env set staging')).code, 2)
  assert.match((await sb('env set staging X=a X=b')).stderr, /X is given twice/)
  assert.equal((await sb('env set checks NPM_TOKEN=x --secret')).code, 0)
})

test('scale, rollback, promote, cancel and rerun say what they did', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  assert.match((await sb('scale staging web=3 worker=0')).stdout, /scale by admin[\s\S]*succeeded/)
  assert.equal((await sb('scale staging nothing=1')).code, 2)
  assert.match((await sb('rollback staging')).stderr, /There is no earlier release/)
  await release(api, 'two')
  assert.match((await sb('rollback staging --reason slow')).stdout, /rollback by admin[\s\S]*succeeded/)
  assert.equal((await sb('promote staging production --no-wait')).code, 0)
  const [newest] = await api.as('read').call('deployments.list', { query: { environment: 'production' } })
  const cancelled = await sb(`cancel ${newest?.id}`)
  assert.match(cancelled.stdout, /aborted: cancelled by admin/)
  assert.equal((await sb('cancel production')).code, 2)
  assert.match((await sb('rerun r1 --failed')).stderr, /cannot be run again: it succeeded/)
  assert.match((await sb('explain main --verbose')).stderr, /\w/)
})

test('a token is printed alone, so that it can be piped on; then it is worth what it says', async (t) => {
  const { api, cwd, sb } = await desk(t)
  const unnamed = await sb('tokens create a/b')
  assert.equal(unnamed.code, 2)
  assert.match(unnamed.stderr, /<name>: "[^"]*"; expected 1 to 64 letters, digits/)
  const made = await sb('tokens create ada --scope read --for 1h')
  assert.match(made.stdout, /^sbx_[\w-]{43}\n$/)
  assert.match(made.stderr, /admin may read with this/)
  await writeFile(join(cwd, 'ada'), made.stdout)
  const env = { SIGNALBOX_URL: api.url }
  const refused = await cli(['lock', 'staging', '--reason', 'x', '-p', 'shop', '--token-file', 'ada'], { cwd, env })
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /admin may act as viewer on this server; this takes deployer/)
  assert.match((await sb('tokens')).stdout, /^ada +admin +read +all .* valid$/m)
  assert.match((await sb('tokens revoke ada')).stdout, /Revoked: ada/)
  assert.doesNotMatch(await readFile(join(cwd, 'ada'), 'utf8'), /\s\S/)
})

test('people are added with a link, given roles, disabled and enabled; a service has no link', async (t) => {
  const { sb } = await desk(t)
  const added = await sb('accounts add lin --role deployer --project shop --environment staging')
  assert.match(added.stdout, /^http:\/\/signalbox\.test\/join\/[\w-]{43}\n$/)
  assert.match(added.stderr, /Give lin this link; it is not shown again, and is good once, until .* UTC/)
  assert.equal((await sb('accounts add ci --service')).stdout, 'Added: ci\n')
  assert.match((await sb('accounts invite ci')).stderr, /ci is a service account: nobody signs in as it/)
  assert.equal((await sb('accounts grant lin lead')).stdout, 'lin: lead, deployer in shop/staging\n')
  assert.equal(
    (await sb('accounts grant lin viewer --project shop')).stdout,
    'lin: viewer in shop, deployer in shop/staging\n',
  )
  assert.equal((await sb('accounts withdraw lin lead')).stdout, 'lin: viewer in shop, deployer in shop/staging\n')
  assert.match((await sb('accounts withdraw lin lead')).stderr, /lin does not have the role lead everywhere/)
  assert.match((await sb('accounts show lin')).stdout, /role +deployer in shop\/staging, by admin/)
  assert.match(
    (await sb('accounts list --project shop')).stdout,
    /^lin +person +viewer in shop, deployer in shop\/staging/m,
  )
  assert.equal((await sb('accounts disable lin')).stdout, 'Disabled: lin\n')
  assert.match((await sb('accounts')).stdout, /^lin +person .* disabled/m)
  assert.match((await sb('accounts enable lin')).stdout, /^lin: /)
  assert.equal((await sb('accounts sign-out lin')).stdout, 'Ended: 0 sessions\n')
  assert.match((await sb('sessions end 9')).stderr, /You have no session 9/)
})

test('the journal can be read, narrowed and verified', async (t) => {
  const { api, sb } = await desk(t)
  await release(api, 'one')
  assert.match((await sb('audit --subject d1')).stdout, /deployment\.finished/)
  assert.match((await sb('audit verify')).stdout, /The chain holds: \d+ facts/)
  const facts = (await sb('audit --json --limit 5')).json<{ seq: number }[]>()
  assert.equal(facts.length, 5)
})

test('what guards an environment is not given up without a word, and the error names what is asked', async (t) => {
  const { sb } = await desk(t)
  const { code, stderr } = await sb('safeguards forget production --reason moved')
  assert.equal(code, 2, stderr)
  assert.match(stderr, /An answer to “Give up what guards production\?” is needed[\s\S]*--yes/)
})

test('a project is not removed without a word', async (t) => {
  const { sb } = await desk(t)
  assert.match((await sb('projects add tea')).stdout, /git push signalbox HEAD/)
  const unasked = await sb('projects remove tea')
  assert.equal(unasked.code, 2)
  assert.match(unasked.stderr, /--yes/)
  assert.match((await sb('projects remove tea --yes')).stdout, /Removed: tea/)
  assert.equal((await sb('projects show tea')).code, 2)
})

test('what one is linked to is listed and unlinked', async (t) => {
  const { api, sb } = await desk(t)
  const id = api.it.store.identities.add({
    ...{ provider: 'github', subject: '1', account: 'admin', label: 'octo', createdAt: 1 },
  })
  assert.match(
    (await sb('identities')).stdout,
    new RegExp(`identity +provider +as +linked +used\n${id} +github +octo `),
  )
  assert.equal((await sb(`identities unlink ${id}`)).stdout, 'Unlinked: github: octo\n')
  assert.match((await sb(`identities unlink ${id}`)).stderr, /You have no identity/)
})

test('one’s passkeys are listed, renamed and removed', async (t) => {
  const { api, sb } = await desk(t)
  const id = api.it.store.passkeys.add({
    ...{ credential: 'c', account: 'admin', name: 'laptop', publicKey: 'k', counter: 0, createdAt: 1 },
  })
  assert.match((await sb('passkeys')).stdout, new RegExp(`^passkey +name +made +used\n${id} +laptop .* never`))
  assert.equal((await sb(`passkeys rename ${id} phone`)).stdout, `Passkey ${id} is called phone\n`)
  assert.equal((await sb(`passkeys remove ${id}`)).stdout, 'Removed: phone\n')
  assert.match((await sb(`passkeys remove ${id}`)).stderr, /You have no passkey/)
})
