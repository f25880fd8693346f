import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { apiServer } from '../../../test/helpers/api-server.ts'
import { type CliResult, cli } from '../../../test/helpers/cli.ts'
import { tokens } from '../../../test/helpers/people.ts'
import { noShell, wordsRunBy } from '../../../test/helpers/shells.ts'
import { tempDir } from '../../../test/helpers/temp-dir.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { shells } from './scripts.ts'

interface Desk {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Words that may come next. */
  next(...words: readonly string[]): Promise<readonly string[]>
}

async function emptyDesk(t: TestContext, env: Desk['env'] = {}): Promise<Desk> {
  const dir = await tempDir()
  t.after(() => dir[Symbol.asyncDispose]())
  return { cwd: dir.path, env, next: async (...words) => wordsIn(await complete(dir.path, env, words)) }
}

/** A server with one project, one run, and a deployment that waits for people. */
async function desk(t: TestContext): Promise<Desk> {
  const api = await apiServer()
  t.after(() => api[Symbol.asyncDispose]())
  await api.it.push('one')
  await waitFor('a deployment', async () => (await api.as('read').call('deployments.list', { query: {} }))[1])
  return await emptyDesk(t, { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.admin })
}

async function complete(cwd: string, env: Desk['env'], words: readonly string[]): Promise<CliResult> {
  return await cli(['complete-words', '--', ...words], { cwd, env })
}

function wordsIn({ code, stdout, stderr }: CliResult): readonly string[] {
  assert.deepEqual([code, stderr], [0, ''])
  return stdout.split('\n').slice(0, -1).map((line) => line.split('\t')[0] ?? '') // biome-ignore format: one thought
}

test('commands, options and their choices come from the program itself', async (t) => {
  const { next } = await emptyDesk(t)
  assert.deepEqual(await next('dep'), ['deploy', 'deployments'])
  assert.deepEqual(await next('env', 'un'), ['unset', 'unwaive', 'unused'])
  assert.deepEqual(await next('tokens', 'create', '--sc'), ['--scope'])
  assert.deepEqual(await next('tokens', 'create', '--scope', 'm'), ['maintain'])
  assert.deepEqual(await next('tokens', 'create', '--scope=m'), ['--scope=maintain'])
  assert.deepEqual(await next('completion', ''), ['bash', 'zsh', 'fish'])
  assert.deepEqual(await next('deploy', '--override-hold', '--over'), ['--override-freeze'])
  assert.ok((await next('deployments', '--')).includes('--app'), 'what the group does by itself')
  assert.ok(!(await next('')).includes('complete-words'))
})

test('what comes after -- is no option, and files are left to the shell', async (t) => {
  const { next } = await emptyDesk(t)
  assert.deepEqual(await next('run', 'staging', '--', '-'), [])
  assert.deepEqual(await next('validate', ''), [':files'])
  assert.deepEqual(await next('env', 'set', 'staging', '--from-file', ''), [':files'])
})

/** On a busy machine the server may not answer within the moment that a person at a prompt waits; they press the key again. */
async function becomes(look: () => Promise<readonly string[]>, wanted: readonly string[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const seen = await look()
    if (tries === 10 || JSON.stringify(seen) === JSON.stringify(wanted)) return assert.deepEqual(seen, wanted)
  }
}

test('names are those that the server knows, of the project and the environment meant', async (t) => {
  const { next } = await desk(t)
  await becomes(() => next('deploy', ''), ['staging', 'production'])
  await becomes(() => next('promote', 'staging', 'prod'), ['production'])
  await becomes(() => next('redeploy', 'staging', ''), ['staging', 'production'])
  await becomes(() => next('deployments', 'show', 'd'), ['d2', 'd1'])
  await becomes(() => next('cancel', ''), ['r1', 'd2', 'd1'])
  await becomes(() => next('logs', 'r'), ['r1'])
  await becomes(() => next('logs', 'r1', '--job', 'b'), ['build:shop'])
  await becomes(() => next('--project', ''), ['shop'])
  await becomes(() => next('-p', 'none', 'deploy', ''), [])
  await becomes(() => next('accounts', 'show', 'ed'), ['edsger'])
  assert.equal((await next('deploy', 'staging', '')).length, 1)
})

test('who cannot ask the server gets what the program knows, in time and without a word', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1')
  t.after(() => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as { readonly port: number }
  const url = `http://127.0.0.1:${port}`
  const nobody = await emptyDesk(t)
  assert.deepEqual(await nobody.next('deploy', ''), [])
  const mute = await emptyDesk(t, { SIGNALBOX_URL: url, SIGNALBOX_TOKEN: 'x' })
  const before = performance.now()
  assert.deepEqual(await mute.next('logs', 'r'), [])
  assert.ok(performance.now() - before < 5_000, 'it does not wait for an answer')
  const gone = await emptyDesk(t, { SIGNALBOX_URL: 'http://127.0.0.1:1', SIGNALBOX_TOKEN: 'x' })
  assert.deepEqual(await gone.next('logs', 'r'), [])
})

for (const shell of shells) {
  test(`${shell} completes at its prompt`, { skip: noShell(shell) }, async (t) => {
    const { cwd, env } = await desk(t)
    await writeFile(join(cwd, 'signalbox.test.yml'), '')
    const at = { shell, cwd, env }
    await becomes(() => wordsRunBy(at, 'signalbox undep\tprod\t'), ['undeployed', 'production'])
    await becomes(() => wordsRunBy(at, 'signalbox --project=sh\tlogs d2\t'), ['--project=shop', 'logs', 'd2'])
    await becomes(() => wordsRunBy(at, 'signalbox logs r1 --job build:s\t'), ['logs', 'r1', '--job', 'build:shop'])
    await becomes(() => wordsRunBy(at, 'signalbox validate signal\t'), ['validate', 'signalbox.test.yml'])
    await becomes(() => wordsRunBy(at, "signalbox -p 'no  such' runs sh\tr\t"), ['-p', 'no  such', 'runs', 'show', 'r'])
  })
}

test('what is typed is evaluated when it is run, not before', async (t) => {
  const { cwd, env } = await emptyDesk(t)
  const noted = join(cwd, 'evaluated')
  for (const shell of shells.filter((each) => noShell(each) === false)) {
    await writeFile(noted, '')
    const words = await wordsRunBy({ shell, cwd, env }, 'signalbox "$(echo once >> evaluated)" x\t')
    assert.deepEqual([words, await readFile(noted, 'utf8')], [['', 'x'], 'once\n'], shell)
  }
})
