import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { step, testRunner } from '../../test/helpers/runner.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { inspect, isAlive } from '../system/proc.ts'
import { placesOf } from './workspace.ts'

test('a job runs its steps in one workspace with the files of the commit', async () => {
  await using t = await testRunner()
  await t.repository.commit({ 'app/a.txt': 'from the commit', 'app/run.sh': { script: '#!/bin/sh\necho ran' } })
  const result = await t.run({
    directory: 'app',
    steps: [
      step('cat a.txt; ./run.sh; echo more > b.txt'),
      step('cat b.txt; basename "$PWD"'),
      step('pwd', { directory: '..' }),
    ],
  })
  assert.deepEqual([result.outcome, result.reason], ['succeeded', null])
  assert.deepEqual(
    result.steps.map(({ outcome, exitCode, attempts }) => [outcome, exitCode, attempts]),
    Array(3).fill(['succeeded', 0, 1]),
  )
  const lines = await t.lines(result.attempt)
  assert.deepEqual(lines.slice(0, 4), ['from the commitran', 'more', 'app', lines[3]])
  assert.ok(result.durationMs > 0)
  assert.deepEqual(await readdir(t.options.workDir), [], 'nothing is left')
})

test('after a failure the other steps are skipped, unless the job may go on', async () => {
  await using t = await testRunner()
  const failing = await t.run({ steps: [step('true'), step('echo no; exit 7', { name: 'lint' }), step('echo never')] })
  assert.deepEqual([failing.outcome, failing.reason], ['failed', 'step lint: exit code 7'])
  assert.deepEqual(
    failing.steps.map(({ outcome, exitCode }) => [outcome, exitCode]),
    [
      ['succeeded', 0],
      ['failed', 7],
      ['skipped', null],
    ],
  )
  const going = await t.run({ steps: [step('exit 7', { continueOnError: true }), step('echo later')] })
  assert.equal(going.outcome, 'succeeded')
  assert.deepEqual(
    going.steps.map(({ outcome }) => outcome),
    ['failed', 'succeeded'],
  )
  assert.deepEqual(await t.lines(going.attempt), ['later'])
})

test('a script stops at its first failing command', async () => {
  await using t = await testRunner()
  const result = await t.run({ steps: [step('false\necho never')] })
  assert.equal(result.outcome, 'failed')
  assert.deepEqual(await t.lines(result.attempt), [])
})

test('a job sees its own clean environment and nothing of the server\u2019s', async () => {
  await using t = await testRunner({ toolPath: ['/opt/tools/bin'] })
  process.env.SERVER_TOKEN = 'of the server'
  process.env.NODE_OPTIONS ??= ''
  const result = await t.run({
    attempt: 'r17/test (node 22)/2',
    branch: 'feature/x',
    env: {
      MATRIX_PYTHON: '3.11',
      FROM_JOB: 'job',
      SHADOWED: 'job',
      SIGNALBOX_PROJECT: 'another',
      SIGNALBOX_ATTEMPT: 'another',
    },
    secrets: { TOKEN: 'a secret value' },
    steps: [
      step('env -0 > ../env; test "$TOKEN" = "a secret value"; cat ../env | tr "\\0" "\\n"', {
        env: { SHADOWED: 'step' },
      }),
    ],
  })
  delete process.env.SERVER_TOKEN
  const variables = Object.fromEntries(
    (await t.lines(result.attempt)).map((line) => [line.split('=')[0]!, line.slice(line.indexOf('=') + 1)]),
  )
  const { HOME = '', TMPDIR = '', PWD = '', SIGNALBOX_OUTPUT = '', ...rest } = variables
  assert.deepEqual(rest, {
    PATH: '/opt/tools/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    CI: 'true',
    SIGNALBOX: 'true',
    SIGNALBOX_SERVER: t.options.serverId,
    SIGNALBOX_ATTEMPT: 'r17/test (node 22)/2',
    SIGNALBOX_STEP: '0.1',
    SIGNALBOX_PROJECT: 'shop',
    SIGNALBOX_RUN: 'r17',
    SIGNALBOX_JOB: 'test (node 22)',
    SIGNALBOX_COMMIT: await t.repository.git('rev-parse', 'HEAD'),
    SIGNALBOX_BRANCH: 'feature/x',
    MATRIX_PYTHON: '3.11',
    FROM_JOB: 'job',
    SHADOWED: 'step',
    TOKEN: '***',
  })
  for (const path of [HOME, TMPDIR, PWD, SIGNALBOX_OUTPUT]) assert.ok(path.startsWith(`${t.options.workDir}/`), path)
  assert.equal(new Set([HOME, TMPDIR, PWD]).size, 3)
})

test('two jobs share neither home nor temporary files', async () => {
  await using t = await testRunner()
  await t.run({ steps: [step('touch ~/.npmrc $TMPDIR/left; mkdir -p ~/bin')] })
  const next = await t.run({ steps: [step('ls -A ~ $TMPDIR | grep -v : | sort -u')] })
  assert.deepEqual(
    (await t.lines(next.attempt)).filter((line) => line !== ''),
    [],
  )
})

test('a step that reaches its limit fails with the name of the limit, and so does a job', async () => {
  await using t = await testRunner()
  const slow = step('echo up; sleep 60', { name: 'slow', timeoutMs: 150 })
  const late = await t.run({ steps: [slow, step('echo never')] })
  assert.deepEqual([late.outcome, late.reason], ['failed', 'step slow: it reached its limit of 150ms'])
  assert.deepEqual(
    late.steps.map(({ outcome }) => outcome),
    ['failed', 'skipped'],
  )
  const whole = await t.run({ steps: [step('sleep 60', { timeoutMs: 50_000 })], timeoutMs: 300 })
  assert.deepEqual([whole.outcome, whole.reason], ['failed', 'the job reached its limit of 300ms'])
  assert.deepEqual(await t.processes(), [])
})

test('a failing step is tried again, and the log counts', async () => {
  await using t = await testRunner()
  const flaky = step('echo x >> ../count; test $(wc -l < ../count) = 3', { name: 'flaky', retries: 4 })
  const result = await t.run({ steps: [flaky] })
  assert.equal(result.outcome, 'succeeded')
  assert.equal(result.steps[0]?.attempts, 3)
  const said = (await t.lines(result.attempt, 's')).filter((line) => line.includes('; try '))
  assert.deepEqual(said, ['exit code 1; try 2 of 5', 'exit code 1; try 3 of 5'])
  const hopeless = await t.run({ steps: [step('exit 2', { retries: 1 })] })
  assert.deepEqual([hopeless.outcome, hopeless.steps[0]?.attempts], ['failed', 2])
})

test('what a failed try started is gone before the next one', async () => {
  await using t = await testRunner()
  const script = `pgrep -f "[s]leep 44${process.pid}" && exit 3; setsid sleep 44${process.pid} & sleep 0.1; exit 1`
  const result = await t.run({ steps: [step(script, { retries: 2 })] })
  assert.deepEqual([result.outcome, result.steps[0]?.attempts, result.steps[0]?.exitCode], ['failed', 3, 1])
  assert.deepEqual(await t.lines(result.attempt), [])
})

test('cancelling ends a job that ignores SIGTERM, with its daemons, and takes the grace and no more', async () => {
  await using t = await testRunner()
  const stop = new AbortController()
  const daemon = '(setsid sh -c "trap \\"\\" TERM; touch $TMPDIR/up1; while :; do sleep 1; done" &)'
  const shed =
    '(env -i setsid sh -c "trap \\"\\" TERM; cd ../home; touch ../tmp/up2; while :; do /bin/sleep 1; done" &)'
  const unmarked =
    '(env -i sh -c "trap \\"\\" TERM; cd /; echo \\$\\$ > $TMPDIR/up3; while :; do /bin/sleep 1; done" &)'
  const script = `trap "" TERM; ${daemon}\n${shed}\n${unmarked}\n(trap "" TERM; while :; do sleep 1; done) &\nwhile :; do sleep 1; done`
  const running = t.run({ steps: [step(script), step('echo never')] }, stop.signal)
  const places = placesOf(t.options.workDir, 'r1/test/1')
  const up = (name: string) => readFile(join(places.temporary, name), 'utf8').catch(() => null)
  await waitFor(
    'the daemons',
    async () => (await up('up1')) !== null && (await up('up2')) !== null && (await up('up3')),
  )
  const away = (await inspect(Number(await up('up3'))))!
  const cwds = await workersIn(t.options.workDir)
  assert.ok(cwds.length >= 4, `${cwds.length} processes`)
  const started = performance.now()
  stop.abort()
  const result = await running
  assert.ok(performance.now() - started > 250 && performance.now() - started < 5_000)
  assert.deepEqual([result.outcome, result.reason], ['aborted', 'step step: it was cancelled'])
  assert.deepEqual(
    result.steps.map(({ outcome }) => outcome),
    ['aborted', 'skipped'],
  )
  assert.deepEqual(await workersIn(t.options.workDir), [])
  assert.equal(await isAlive(away), false)
  assert.deepEqual(await t.processes(), [])
})

async function workersIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const { readlink } = await import('node:fs/promises')
  const cwds = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return cwds.filter((cwd) => cwd.startsWith(folder))
}

test('a job that is told to stop may end in order', async () => {
  await using t = await testRunner({ graceMs: 5_000 })
  const stop = new AbortController()
  const running = t.run(
    { steps: [step('trap "echo tidied; exit 0" TERM; touch $TMPDIR/up; while :; do sleep 0.02; done')] },
    stop.signal,
  )
  await waitFor('it is up', async () =>
    (await readdir(t.options.workDir, { recursive: true }).catch(() => [])).some((path) => path.endsWith('up')),
  )
  stop.abort()
  const result = await running
  assert.equal(result.outcome, 'aborted')
  assert.deepEqual(await t.lines(result.attempt), ['tidied'])
})

test('a job cancelled before it begins does nothing', async () => {
  await using t = await testRunner()
  const result = await t.run({ steps: [step('echo never')] }, AbortSignal.abort())
  assert.deepEqual([result.outcome, result.steps[0]?.outcome], ['aborted', 'skipped'])
})

test('background processes serve later steps and end with the job', async () => {
  await using t = await testRunner()
  const steps = [
    step('(while :; do echo tick; sleep 0.05; done) > ../ticks & while [ ! -s ../ticks ]; do sleep 0.02; done'),
    step('test -s ../ticks; echo served'),
  ]
  const result = await t.run({ steps })
  assert.equal(result.outcome, 'succeeded')
  assert.deepEqual(await t.lines(result.attempt), ['served'])
  assert.deepEqual(await t.processes(), [])
})

test('a command that a signal ended is a failure that names it', async () => {
  await using t = await testRunner()
  assert.match(
    (await t.run({ steps: [step('kill -KILL $$')] })).reason ?? '',
    /signal SIGKILL, as when memory runs out/,
  )
  assert.match((await t.run({ steps: [step('kill -SEGV $$')] })).reason ?? '', /signal SIGSEGV/)
})

test('outputs of steps come back, the later ones winning, those of failed tries not at all', async () => {
  await using t = await testRunner()
  const result = await t.run({
    steps: [
      step(`echo '{"TAG":"v1","URL":"https://example.com/"}' >> "$SIGNALBOX_OUTPUT"`),
      step(
        `echo '{"TAG":"wrong"}' >> "$SIGNALBOX_OUTPUT"; echo x >> ../n; test $(wc -l < ../n) = 2; echo '{"TAG":"v2"}' > "$SIGNALBOX_OUTPUT"`,
        { retries: 1 },
      ),
      step('rm "$SIGNALBOX_OUTPUT"'),
    ],
  })
  assert.equal(result.outcome, 'succeeded')
  assert.deepEqual(result.outputs, { TAG: 'v2', URL: 'https://example.com/' })
})

test('outputs that cannot be used fail the step and say why', async () => {
  await using t = await testRunner()
  const rows: [string, RegExp][] = [
    ['echo TAG=v1 >> "$SIGNALBOX_OUTPUT"', /line 1 is not \{"name": "value"\}/],
    ['head -c 70000 /dev/zero | tr "\\0" " " > "$SIGNALBOX_OUTPUT"', /larger than 65536 bytes/],
    ['rm "$SIGNALBOX_OUTPUT"; mkfifo "$SIGNALBOX_OUTPUT"', /no plain file/],
    ['rm "$SIGNALBOX_OUTPUT"; ln -s /etc/passwd "$SIGNALBOX_OUTPUT"', /no plain file/],
    [`echo "{\\"URL\\":\\"https://x:$TOKEN@host\\"}" > "$SIGNALBOX_OUTPUT"`, /URL holds a secret/],
  ]
  for (const [script, reason] of rows) {
    const result = await t.run({ steps: [step(script)], secrets: { TOKEN: 'a-secret-value' } })
    assert.equal(result.outcome, 'failed', script)
    assert.match(result.reason ?? '', reason)
    assert.deepEqual(result.outputs, {})
  }
})

test('what a job prints is data: look-alikes of commands do nothing', async () => {
  await using t = await testRunner()
  const lines = [
    '::set-env name=X::y',
    '::set-output name=TAG::v9',
    '{"TAG":"v9"}',
    '##vso[task.setvariable]',
    '12 0 s job succeeded',
  ]
  const result = await t.run({ steps: [step(`cat <<'END'\n${lines.join('\n')}\nEND\nexit 1`)] })
  assert.equal(result.outcome, 'failed')
  assert.deepEqual(result.outputs, {})
  assert.deepEqual(await t.lines(result.attempt), lines)
})

test('secrets are masked in every spelling and on both streams, and one too short is pointed out', async () => {
  await using t = await testRunner()
  const secrets = { TOKEN: 's3cr3t+/value&more', PIN: '12345', KEY: 'line one of it\nline two of it' }
  const script = `
    echo "raw $TOKEN"; echo "err $TOKEN" >&2; printf %s "$TOKEN" | base64; printf 'xy%s' "$TOKEN" | base64
    printf %s "$TOKEN" | od -An -tx1 | tr -d ' \\n'; echo; echo "$KEY"; set -x; : "$TOKEN"
    for i in 1 2 3 4 5 6; do printf %s "$(echo "$TOKEN" | cut -c$((i*3-2))-$((i*3)))"; sleep 0.02; done; echo`
  const result = await t.run({ steps: [step(script)], secrets })
  assert.equal(result.outcome, 'succeeded')
  const text = [...(await t.lines(result.attempt)), ...(await t.lines(result.attempt, 'e'))].join('\n')
  const forms = ['s3cr3t', 'czNjcjN0', 'eHlz', '733363723374', 'line one', 'line two']
  assert.deepEqual(
    forms.filter((form) => text.includes(form)),
    [],
  )
  assert.ok((await t.lines(result.attempt, 's')).includes('the secret PIN is too short to be masked in this log'))
})

test('a line of 100 MB, binary output and missing line ends are taken with little memory', async () => {
  await using t = await testRunner()
  const before = process.memoryUsage().rss
  const result = await t.run({
    steps: [step('head -c 100000000 /dev/zero | tr "\\0" x; echo; head -c 300000 /dev/urandom; echo; printf unended')],
    secrets: { TOKEN: 'something secret' },
  })
  assert.equal(result.outcome, 'succeeded')
  assert.ok(process.memoryUsage().rss - before < 150_000_000)
  const lines = await t.lines(result.attempt)
  assert.match(lines[0]!, /^x{65536} \[99934464 bytes cut\]$/)
  assert.equal(lines.at(-1), 'unended')
})

test('read-only folders of a job are removed with the rest', async () => {
  await using t = await testRunner()
  const result = await t.run({
    steps: [step('mkdir -p deep/er; touch deep/er/file; chmod 500 deep/er deep; chmod 000 README.md')],
  })
  assert.equal(result.outcome, 'succeeded')
  assert.deepEqual(await readdir(t.options.workDir), [])
})

test('folders that are not there or lead outside fail the step that asks for them', async () => {
  await using t = await testRunner()
  for (const directory of ['missing', '../..', '../../..', 'a/../../../home']) {
    const result = await t.run({ steps: [step('pwd', { directory })] })
    assert.deepEqual(
      [result.outcome, result.reason],
      ['failed', `step step: there is no folder ${directory} in the workspace`],
    )
  }
})

test('hostile names of branches and files are data', async () => {
  await using t = await testRunner()
  await using outside = await tempDir()
  const mark = join(outside.path, 'mark')
  const names = [
    `$(touch ${mark})`,
    `\`touch ${mark}\``,
    `; touch ${mark}`,
    `' ; touch ${mark} ; '`,
    '--upload-pack=x',
    '-rf',
    'a\nb',
    '\u202etxt.exe',
    '%0a',
    'x'.repeat(200),
  ]
  for (const name of names) {
    await t.repository.commit({ [`files/${name.replaceAll('/', '_')}`]: 'content' })
    const result = await t.run({
      branch: name,
      project: name,
      env: { NAME: name },
      steps: [step('test "$SIGNALBOX_BRANCH" = "$NAME"; cat files/* > /dev/null', { name })],
      archive: true,
    })
    assert.deepEqual([result.outcome, result.reason], ['succeeded', null], name)
  }
  await assert.rejects(readFile(mark), { code: 'ENOENT' })
})

test('values that no environment can hold fail clearly', async () => {
  await using t = await testRunner()
  const result = await t.run({ env: { BIG: 'x'.repeat(3_000_000) }, steps: [step('true')] })
  assert.equal(result.outcome, 'errored')
  assert.match(result.reason ?? '', /too long/)
  assert.equal((await t.run({ env: { NUL: 'a\0b' }, steps: [step('true')] })).outcome, 'errored')
})

test('the same attempt twice at once is refused; again after its end it starts over', async () => {
  await using t = await testRunner()
  const plan = await t.plan({ steps: [step('echo one; sleep 0.3')] })
  const signal = new AbortController().signal
  const [first, second] = await Promise.all([t.runner.run(plan, signal), t.runner.run(plan, signal)])
  assert.deepEqual(
    [first.outcome, second.outcome, second.reason],
    ['succeeded', 'errored', 'this attempt is running already'],
  )
  assert.equal((await t.runner.run(plan, signal)).outcome, 'succeeded')
  assert.deepEqual(await t.lines(plan.attempt), ['one', 'one'])
})

test('a job steps back behind the server and the apps: for the processor and when memory runs out', async () => {
  await using t = await testRunner()
  const script = 'sleep 0.1; sh -c "cut -d\\  -f19 /proc/self/stat; cat /proc/self/oom_score_adj"'
  assert.deepEqual(await t.lines((await t.run({ steps: [step(script)] })).attempt), ['10', '500'])
})

test('a secret in the reason of a failure is masked too', async () => {
  await using t = await testRunner()
  const result = await t.run({
    secrets: { TOKEN: 'hunter2-hunter2' },
    steps: [step('exit 1', { name: 'use hunter2-hunter2' })],
  })
  assert.equal(result.reason, 'step use ***: exit code 1')
})

test('many jobs side by side keep apart', async () => {
  await using t = await testRunner()
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      t.run({ env: { N: String(index) }, steps: [step('echo $N > mine; sleep 0.1; cat mine')] }),
    ),
  )
  for (const [index, { attempt, outcome }] of results.entries()) {
    assert.equal(outcome, 'succeeded')
    assert.deepEqual(await t.lines(attempt), [String(index)])
  }
})
