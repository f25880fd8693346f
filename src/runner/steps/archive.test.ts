import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { step, testRunner } from '../../../test/helpers/runner.ts'
import { noTmpfs, tmpfs } from '../../../test/helpers/tmpfs.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { openArtifacts } from '../../system/artifacts.ts'

test('the same content gives the same archive, whenever and in whatever order it was made', async () => {
  await using t = await testRunner()
  const build = (script: string) => t.run({ archive: true, steps: [step(script)] })
  const names = 'one two three four five six seven eight nine ten eleven twelve'
  const first = await build(
    `mkdir -p out/b; for n in ${names}; do echo $n > out/$n; done; echo 1 > out/b/x; echo 1 > out/b/y; ln -s one out/link`,
  )
  const backwards = names.split(' ').reverse().join(' ')
  const second = await build(
    `sleep 1.1; echo noise > ~/.cache; mkdir -p out/b; ln -s one out/link; for n in ${backwards}; do echo $n > out/$n; done; echo 1 > out/b/y; ln out/b/y out/b/x`,
  )
  assert.equal(first.outcome, 'succeeded')
  assert.deepEqual(
    first.artifact,
    second.artifact,
    'neither order nor time nor hard links nor what lies outside counts',
  )
  assert.deepEqual(await t.artifacts.list(), [first.artifact!.digest])
  await t.artifacts.verify(first.artifact!.digest)
  const other = await build('mkdir -p out/b; echo 1 > out/b/x; echo 3 > out/a; ln -s a out/link')
  assert.notEqual(other.artifact!.digest, first.artifact!.digest)
})

test('the order in which a file system lists names does not count', { skip: await noTmpfs() }, async () => {
  await using disk = await tmpfs('4m')
  await using t = await testRunner({ workDir: join(disk.path, 'work') })
  const make = (names: string) => t.run({ archive: true, steps: [step(`for n in ${names}; do touch $n; done`)] })
  assert.deepEqual((await make('a b c d')).artifact, (await make('d b a c')).artifact)
})

test('an archive holds the whole workspace, every name, with the time of the commit and no owner', async () => {
  await using t = await testRunner()
  const names = ['plain', 'with space', '-rf', '\u202e', 'new\nline', `${'long'.repeat(50)}`, '$(id)', '.hidden', '*']
  await t.repository.commit(Object.fromEntries(names.map((name) => [`deep/${name}`, name])))
  const result = await t.run({ directory: 'deep', archive: true, steps: [step('touch built')] })
  const path = t.artifacts.path(result.artifact!.digest)
  const listed = execFileSync('tar', ['--list', '--quoting-style=literal', '--show-transformed-names', '-f', path], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env.PATH },
  })
  for (const name of [...names, 'built']) assert.ok(listed.includes(`./deep/${name}\n`), name)
  assert.ok(listed.includes('./README.md\n'))
  const verbose = execFileSync('tar', ['--list', '--verbose', '--utc', '--full-time', '-f', path], { encoding: 'utf8' })
  assert.match(verbose.split('\n')[0]!, /^drwxr-xr-x 0\/0 +0 2026-01-02 00:00:00 \.\/$/)
})

test('sockets, pipes and devices are refused by name', async () => {
  await using t = await testRunner()
  const result = await t.run({ archive: true, steps: [step('mkdir run; mkfifo "run/pipe here"')] })
  assert.deepEqual([result.outcome, result.artifact], ['failed', null])
  assert.equal(result.reason, './run/pipe here is a device, socket or pipe: an archive holds files, folders and links')
  assert.deepEqual(await t.artifacts.list(), [])
})

test('no archive is made of a job that failed, and nothing writes while one is made', async () => {
  await using t = await testRunner()
  const failing = await t.run({ archive: true, steps: [step('exit 1')] })
  assert.deepEqual([failing.outcome, failing.artifact], ['failed', null])
  const busy = step(
    '(trap "echo ended > ended; exit 0" TERM; touch ready; while :; do sleep 0.02; done) & while [ ! -e ready ]; do sleep 0.01; done',
  )
  const built = await t.run({ archive: true, steps: [busy] })
  const listed = execFileSync('tar', ['--list', '-f', t.artifacts.path(built.artifact!.digest)], { encoding: 'utf8' })
  assert.ok(listed.includes('./ended\n'), listed)
})

test('a cancelled build leaves no archive and no temporary file', async () => {
  await using t = await testRunner()
  const stop = new AbortController()
  const running = t.run({ archive: true, steps: [step('head -c 300000000 /dev/zero > large')] }, stop.signal)
  await waitFor(
    'the archive being made',
    async () => (await readdir(join(t.path, 'artifacts', 'unfinished')).catch(() => [])).length > 0,
  )
  stop.abort()
  assert.equal((await running).outcome, 'aborted')
  assert.deepEqual(await t.artifacts.list(), [])
  assert.deepEqual(await readdir(join(t.path, 'artifacts', 'unfinished')).catch(() => []), [])
})

test('a full disk under the archives is our error, and nothing half-written stays', {
  skip: await noTmpfs(),
}, async () => {
  await using disk = await tmpfs('2m')
  const artifacts = openArtifacts(disk.path)
  await using t = await testRunner({ artifacts })
  await writeFile(join(disk.path, 'ballast'), Buffer.alloc(1_000_000))
  const result = await t.run({ archive: true, steps: [step('head -c 3000000 /dev/urandom > large')] })
  assert.equal(result.outcome, 'errored')
  assert.match(result.reason ?? '', /The disk is full/)
  assert.deepEqual([await artifacts.list(), await readdir(join(disk.path, 'unfinished'))], [[], []])
  assert.equal((await t.run({ archive: true, steps: [step('true')] })).outcome, 'succeeded')
})
