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
  const first = await build('mkdir -p out/b; echo 1 > out/b/x; echo 2 > out/a; ln -s a out/link')
  const second = await build(
    'sleep 1.1; mkdir -p out/b; ln -s a out/link; echo 2 > out/a; echo 1 > out/b/x; echo noise > ~/.cache; echo {} > "$SIGNALBOX_OUTPUT"',
  )
  assert.equal(first.outcome, 'succeeded')
  assert.deepEqual(first.artifact, second.artifact)
  assert.deepEqual(await t.artifacts.list(), [first.artifact!.digest])
  await t.artifacts.verify(first.artifact!.digest)
  const hardLinked = await build(
    'mkdir -p out/b; echo 1 > ../outside; ln ../outside out/b/x; echo 2 > out/a; ln -s a out/link',
  )
  assert.deepEqual(hardLinked.artifact, first.artifact, 'hard links are files')
  const other = await build('mkdir -p out/b; echo 1 > out/b/x; echo 3 > out/a; ln -s a out/link')
  assert.notEqual(other.artifact!.digest, first.artifact!.digest)
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
  const busy = step('while :; do echo x >> log; sleep 0.01; done & sleep 0.1')
  assert.equal((await t.run({ archive: true, steps: [busy] })).outcome, 'succeeded')
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
