import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { FactView, JobView, RunView } from '../../src/api/views.ts'
import { findByMarks, processTable } from '../../src/system/proc.ts'
import { start } from '../helpers/cli.ts'
import type { FileContent } from '../helpers/repository.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { assertSucceeded, type Project, project } from './stage.ts'

const places = 2
const canary = 'what-only-the-server-knows'
const secret = 'p4$$/word+of=checks'
const ownScript = join(import.meta.dirname, 'print-secret.mjs')

test('checks run as they are written, and leave nothing behind', { timeout: 170_000 }, async (t) => {
  await using outside = await tempDir()
  await using server = await startServer({ flags: ['--jobs', String(places)] })
  await server.kill('SIGTERM')
  await server.start(['env', `CANARY=${canary}`])
  const shop = await project(server, 'shop')
  const bakery = await project(server, 'bakery')
  /** A file that jobs and the test both see. */
  const shared = (name: string) => join(outside.path, name)
  const pidsIn = (name: string) => read(shared(name)).split(/\s+/).filter((word) => word !== '').map(Number) // biome-ignore format: one thought
  const push = (checks: object, files: Readonly<Record<string, FileContent>> = {}, to: Project = shop) =>
    to.ship({ 'signalbox.yml': pipeline(to.name, checks), ...files })
  const runs = async (checks: object, files: Readonly<Record<string, FileContent>> = {}) =>
    await shop.run(await push(checks, files))
  const output = async ({ id }: RunView, job: string) => (await shop.sb(['logs', id, '--job', job])).stdout
  let stubborn: readonly number[] = []

  await t.test('a run that is cancelled is told to end, with all it has started, daemons too', async () => {
    const commit = await push({
      stubborn: [
        `trap 'echo told >> ${shared('told')}' TERM; echo $$ >> ${shared('pids')}
         (trap '' TERM; echo $(sh -c 'echo $PPID') >> ${shared('pids')}; while :; do sleep 0.1; done) &
         setsid sh -c 'trap "" TERM; echo $$ >> ${shared('pids')}; while :; do sleep 0.1; done' &
         setsid sh -c 'echo $$ >> ${shared('obedient')}; exec sleep 300' &
         while :; do sleep 0.1 || true; done`,
      ],
      after: { needs: 'stubborn', steps: ['true'] },
    })
    await waitFor('all processes', () => pidsIn('pids').length === 3 && pidsIn('obedient').length === 1)
    stubborn = pidsIn('pids')
    assert.deepEqual(await alive(stubborn), stubborn)
    const [running] = await server.client.call('runs.list', { query: { project: 'shop' } })
    await shop.sb(['cancel', running?.id ?? ''])
    const run = await shop.run(commit)
    assert.deepEqual([run.outcome, run.reason], ['aborted', 'cancelled by admin'])
    assert.deepEqual(outcomes(run), { stubborn: 'aborted', after: 'aborted' })
    await waitFor('the word to end', () => existsSync(shared('told')))
    await waitFor('the daemon that listens to end', async () => (await alive(pidsIn('obedient'))).length === 0)
    assert.deepEqual(await alive(stubborn), stubborn, 'they have their grace')
  })

  await t.test('a matrix makes a job of each combination; what needs others begins after all of them', async () => {
    const matrix = { os: ['x', 'y'], node: ['1', '2'], exclude: [{ os: 'y', node: '2' }], include: [{ os: 'z' }] }
    const run = await runs({
      pack: { needs: ['cells'], steps: ['true'] },
      cells: { needs: 'lint', matrix, steps: ['echo "on $MATRIX_OS-$MATRIX_NODE"'] },
      lint: ['true'],
    })
    assertSucceeded(run)
    const cells = ['cells[os=x,node=1]', 'cells[os=x,node=2]', 'cells[os=y,node=1]', 'cells[os=z]']
    assert.deepEqual(run.jobs.map(({ name }) => name).sort(), [...cells, 'lint', 'pack'])
    for (const cell of cells) {
      assert.ok(begin(run, cell) >= end(run, 'lint') && end(run, cell) <= begin(run, 'pack'), cell)
    }
    const said = [...(await output(run, 'cells')).matchAll(/ on (\S+)/g)].map(([, word]) => word)
    assert.deepEqual(said.sort(), ['x-1', 'x-2', 'y-1', 'z-'])
  })

  await t.test('what needs a check that failed is not begun, and the run says which it was', async () => {
    const run = await runs({
      one: ['exit 3'],
      two: { needs: 'one', steps: [`touch ${shared('never')}`] },
      other: ['true'],
    })
    assert.deepEqual([run.outcome, outcomes(run)], ['failed', { one: 'failed', two: 'skipped', other: 'succeeded' }])
    assert.match(run.reason ?? '', /\bone\b.*exit code 3/)
    assert.equal(existsSync(shared('never')), false)
  })

  await t.test('a step and a job that reach their limit are ended with all they started, and say so', async () => {
    const daemons = `setsid sleep 300 & echo $! >> ${shared('slow')}; sleep 300 & echo $! >> ${shared('slow')}; sleep 300`
    const run = await runs({
      step: { steps: [{ name: 'slow', run: daemons, timeout: '1s' }, `touch ${shared('never')}`] },
      job: { timeout: '1s', steps: [daemons] },
    })
    assert.deepEqual([run.outcome, outcomes(run)], ['failed', { step: 'failed', job: 'failed' }])
    assert.equal(jobOf(run, 'step').reason, 'step slow: it reached its limit of 1s')
    assert.equal(jobOf(run, 'job').reason, 'the job reached its limit of 1s')
    assert.match(await output(run, 'step'), /1 failed after 1s\w*: it reached its limit of 1s/)
    assert.deepEqual([pidsIn('slow').length, await alive(pidsIn('slow'))], [4, []])
    for (const job of ['step', 'job']) await assertNothingLeft(`${run.id}/${job}/1`)
    assert.equal(existsSync(shared('never')), false)
  })

  await t.test('a step is tried again in its workspace, a job in a fresh one; some may fail', async () => {
    const run = await runs({
      step: { steps: [{ name: 'flaky', run: 'test -e tried || { touch tried; exit 1; }', retries: 1 }] },
      job: {
        retries: 1,
        steps: [`test ! -e here; touch here; test -e ${shared('t')} || { touch ${shared('t')}; exit 1; }`],
      },
      soft: { steps: [{ run: 'exit 1', continue_on_error: true }, 'echo went on'] },
      allowed: { continue_on_error: true, steps: ['exit 1'] },
      last: { needs: ['allowed', 'soft'], steps: ['true'] },
    })
    assertSucceeded(run)
    const good = { step: 'succeeded', job: 'succeeded', soft: 'succeeded', last: 'succeeded' }
    assert.deepEqual(outcomes(run), { ...good, allowed: 'failed' })
    assert.deepEqual([jobOf(run, 'step').attempt, jobOf(run, 'job').attempt], [1, 2])
    assert.match(await output(run, 'step'), /exit code 1; try 2 of 2/)
    assert.match(await output(run, 'soft'), /failed after \S+: .*exit code 1; the job goes on[\s\S]* went on/)
    const tries = await ends(shop, run)
    assert.deepEqual(
      tries.filter(({ job }) => job === 'job').map(({ outcome, again }) => [outcome, again]),
      [
        ['failed', true],
        ['succeeded', false],
      ],
    )
  })

  await t.test('what a job gives out reaches the jobs that need it, and no others', async () => {
    const run = await runs({
      image: [`echo '{"tag": "v7 \\"quoted\\" $(x)"}' >> "$SIGNALBOX_OUTPUT"`],
      uses: { needs: 'image', steps: ['echo "tag: $OUTPUT_IMAGE_TAG"'] },
      between: { needs: 'uses', steps: ['true'] },
      other: { needs: 'between', steps: [`echo "tag: \${OUTPUT_IMAGE_TAG-none}"`] },
    })
    assertSucceeded(run)
    assert.match(await output(run, 'uses'), /tag: v7 "quoted" \$\(x\)$/m)
    assert.match(await output(run, 'other'), /tag: none$/m)
  })

  await t.test('a job sees nothing of the server’s environment, files or open files', async () => {
    assert.ok(readFileSync(`/proc/${server.pid}/environ`, 'utf8').includes(canary), 'the server has it')
    const run = await runs({
      look: {
        env: { GIVEN: 'yes' },
        steps: [
          'env | sort | sed "s/^/env: /"',
          'ls -l /proc/self/fd | sed "s/^/fd: /"',
          { name: 'folders', run: 'ls -A ~ | sed "s/^/home: /"; ls -A "$TMPDIR" | sed "s/^/tmp: /"' },
        ],
      },
    })
    assertSucceeded(run)
    const said = await output(run, 'look')
    assert.ok(!said.includes(canary) && !said.includes('CANARY'), said)
    const names = [...said.matchAll(/env: ([A-Z_]+)=/g)].map(([, name = '']) => name)
    const known = /^(PATH|HOME|TMPDIR|LANG|CI|GIVEN|PWD|OLDPWD|SHLVL|_|SIGNALBOX(_[A-Z]+)?)$/
    assert.ok(names.includes('GIVEN'))
    assert.deepEqual(names.filter((name) => !known.test(name)), []) // biome-ignore format: one thought
    assert.doesNotMatch(said, /home: |tmp: /)
    assert.ok(!new RegExp(`fd: .* ([3-9]|\\d\\d+) -> (${server.data}|socket:)`).test(said), said)
  })

  await t.test('the workspace is exactly the commit: no submodules, no .git, nothing of other runs', async () => {
    mkdirSync(join(shop.path, 'vendor/library'), { recursive: true })
    await shop.git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},vendor/library`)
    await shop.commit({
      '.gitmodules': '[submodule "l"]\n\tpath = vendor/library\n\turl = https://example.invalid/l\n',
    })
    writeFileSync(join(shop.path, 'not-committed'), '')
    writeFileSync(join(shop.path, '.git', 'info', 'exclude'), 'not-committed\n')
    const find = { name: 'find', run: 'find . -mindepth 1 | sort | sed "s/^/has: /"' }
    const look = [find, 'touch left', '! git rev-parse --git-dir']
    await runs({ look }, { 'a file': 'x', 'ignored.log': 'y', '.gitignore': 'ignored.log\n' })
    const run = await runs({ look: ['true', ...look] })
    assertSucceeded(run)
    const has = [...(await output(run, 'look')).matchAll(/has: (.*)$/gm)].map(([, name]) => name)
    const files = ['./.gitignore', './.gitmodules', './a file', './signalbox.yml']
    assert.deepEqual(has.filter((name) => !name?.startsWith('./vendor')).sort(), files)
    assert.deepEqual((await shop.git('ls-tree', '-r', '--name-only', 'HEAD')).split('\n').length, files.length + 1)
    await shop.commit({ '.gitmodules': null, vendor: null })
  })

  await t.test('logs --follow tells each line and its step as it comes, and ends as the run does', async () => {
    const gate = shared('gate')
    const commit = await push({
      slow: [
        'echo "first line"',
        `printf "of two "; echo "second line" >&2; while [ ! -e ${gate} ]; do sleep 0.05; done; echo pieces`,
        'exit 4',
      ],
    })
    const [run] = await server.client.call('runs.list', { query: { project: 'shop' } })
    assert.equal(run?.commit, commit)
    const child = start(['--project', 'shop', 'logs', run.id, '--follow'], {
      cwd: shop.path,
      env: await shop.login(),
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await waitFor('the line', () => /2 second line/.test(said))
    assert.match(said, /^slow 1 first line$/m)
    assert.equal((await server.client.call('runs.show', { params: { run: run.id } })).state, 'running')
    assert.equal(child.exitCode, null)
    writeFileSync(gate, '')
    assert.equal(await ended, 1)
    assert.match(said, /^slow 2 of two pieces$/m)
    assert.match(said, /failed in .*exit code 4\n$/)
  })

  await t.test('a secret is masked also in pieces, and in the spellings of base64 and addresses', async () => {
    await shop.sb(['env', 'set', 'checks', 'WORD=-', '--secret'], { input: secret })
    const steps = ['node print.mjs', 'node print.mjs >&2']
    const run = await runs({ prints: { secrets: ['WORD'], steps } }, { 'print.mjs': readFileSync(ownScript, 'utf8') })
    assertSucceeded(run)
    const said = await output(run, 'prints')
    const kept = readFileSync(join(server.data, 'logs', 'jobs', run.id, 'prints', '1.log'), 'utf8')
    for (const kind of ['plain', 'pieces', 'base64', 'inside', 'url', 'json', 'lines']) {
      assert.equal([...said.matchAll(new RegExp(`${kind}: .*\\*\\*\\*`, 'g'))].length, 2, `${kind} in\n${short(said)}`)
    }
    const bytes = Buffer.from(secret)
    const middles = [0, 1, 2].map((skip) => bytes.subarray(skip).toString('base64').slice(2, -4))
    for (const spelling of [secret, secret.slice(3, -3), encodeURIComponent(secret), ...middles]) {
      assert.ok(!said.includes(spelling) && !kept.includes(spelling), `${spelling} in\n${short(said)}`)
    }
  })

  await t.test('rerun --failed runs what failed again, on the same commit, and keeps what succeeded', async () => {
    const mended = shared('mended')
    const run = await runs({
      good: [`echo once >> ${shared('count')}`],
      bad: ['cat version', `test -e ${mended}`],
      after: { needs: 'bad', steps: ['true'] },
    }, { version: 'the old one\n' }) // biome-ignore format: two arguments
    assert.deepEqual(outcomes(run), { good: 'succeeded', bad: 'failed', after: 'skipped' })
    await shop.ship({ version: 'a newer one\n' })
    writeFileSync(mended, '')
    await shop.sb(['rerun', run.id, '--failed'])
    await shop.sb(['logs', run.id, '--follow'])
    const again = await server.client.call('runs.show', { params: { run: run.id } })
    assertSucceeded(again)
    assert.deepEqual([again.commit, again.jobs.map(({ attempt }) => attempt)], [run.commit, [1, 2, 2]])
    assert.match(await output(again, 'bad'), /the old one/)
    assert.equal(read(shared('count')), 'once\n'.repeat(2), 'once here, once in the run of the newer commit')
    assert.match(
      (await shop.sb(['rerun', run.id, '--failed'], { wanted: 1 })).stderr,
      /cannot be run again: it succeeded/,
    )
  })

  await t.test('two projects share the places: one job does not wait for all those of another', async () => {
    const many = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`job-${index}`, ['sleep 0.3']]))
    const long = await push(many)
    await waitFor('the first to run', async () => {
      const [run] = await server.client.call('runs.list', { query: { project: 'shop' } })
      return run?.commit === long && run.jobs.some(({ startedAt }) => startedAt !== null)
    })
    const short = await push({ one: ['true'] }, {}, bakery)
    const startedAt = begin(await bakery.run(short), 'one')
    const run = await shop.run(long)
    const before = run.jobs.filter((job) => (job.startedAt ?? 0) < startedAt).length
    assert.ok(before <= 2 * places, `${before} of 8 were begun before`)
    const atOnce = run.jobs.map((job) => run.jobs.filter((other) => runsAt(other, job.startedAt ?? 0)).length)
    assert.ok(Math.max(...atOnce) <= places, `${atOnce}`)
  })

  await t.test('what ignores the word is killed after its grace', async () => {
    await waitFor('the end', async () => (await alive(stubborn)).length === 0, 15_000)
  })

  await t.test('a server killed during a job: orphans are ended, the job is errored and tried once more', async () => {
    const daemon = `setsid sh -c 'trap "" TERM; echo $$ >> ${shared('orphans')}; exec sleep 300' & sleep 300`
    const commit = await push({
      once: [`test -e ${shared('second')} && exit; touch ${shared('second')}; ${daemon}`],
      twice: [`echo x >> ${shared('lost')}; ${daemon}`],
    })
    await waitFor('two orphans', () => pidsIn('orphans').length === 2)
    await crash(server)
    await waitFor('both orphans to be gone', async () => (await alive(pidsIn('orphans').slice(0, 2))).length === 0)
    await waitFor('the second tries', async () => {
      const [{ jobs } = { jobs: [] }] = await server.client.call('runs.list', { query: { project: 'shop' } })
      return pidsIn('orphans').length === 3 && jobs.some(({ outcome }) => outcome === 'succeeded')
    })
    await crash(server)
    const run = await shop.run(commit)
    assert.deepEqual(outcomes(run), { once: 'succeeded', twice: 'errored' })
    assert.equal(jobOf(run, 'twice').reason, 'the server stopped while the job ran, twice')
    assert.deepEqual([run.outcome, pidsIn('lost').length, read(shared('lost')).length], ['errored', 2, 4])
    assert.deepEqual(await alive(pidsIn('orphans')), [])
    const tries = (await ends(shop, run)).map(({ job, attempt, outcome, again }) => [job, attempt, outcome, again])
    assert.deepEqual(tries.sort(), [
      ['once', 1, 'errored', true],
      ['once', 2, 'succeeded', false],
      ['twice', 1, 'errored', true],
      ['twice', 2, 'errored', false],
    ])
  })
})

function pipeline(name: string, checks: object): string {
  return JSON.stringify({ project: name, on: { push: { branches: ['main'] } }, checks }, null, 2)
}

function jobOf({ jobs }: RunView, name: string): JobView {
  const job = jobs.find((each) => each.name === name)
  assert.ok(job, name)
  return job
}

const begin = (run: RunView, job: string) => jobOf(run, job).startedAt ?? 0
const end = (run: RunView, job: string) => jobOf(run, job).finishedAt ?? 0

function runsAt({ startedAt, finishedAt }: JobView, at: number): boolean {
  return startedAt !== null && startedAt <= at && at < (finishedAt ?? 0)
}

function outcomes({ jobs }: RunView): Record<string, JobView['outcome']> {
  return Object.fromEntries(jobs.map(({ name, outcome }) => [name, outcome]))
}

/** What the journal has about the tries of the run's jobs. */
async function ends(shop: Project, { id }: RunView): Promise<readonly FactView['data'][]> {
  const facts = (await shop.sb(['audit', '--json', '--subject', id])).json<readonly FactView[]>()
  return facts.filter(({ kind }) => kind === 'job.ended').map(({ data }) => data)
}

async function alive(pids: readonly number[]): Promise<readonly number[]> {
  const table = await processTable()
  return pids.filter((pid) => table.some((each) => each.pid === pid && !each.isZombie))
}

async function assertNothingLeft(attempt: string): Promise<void> {
  assert.deepEqual(await findByMarks({ SIGNALBOX_ATTEMPT: attempt }), [])
}

async function crash(server: ServerUnderTest): Promise<void> {
  await server.kill('SIGKILL')
  await server.start()
}

function short(text: string): string {
  return text.replace(/(.)\1{99,}/g, '$1…')
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
