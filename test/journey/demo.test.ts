import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import test from 'node:test'
import type { DemoSummary, DeploymentSummary } from '../../src/app/demo/summary.ts'
import { cli, start } from '../helpers/cli.ts'
import { processesNaming } from '../helpers/left-over.ts'
import { tempDir } from '../helpers/temp-dir.ts'

test('the demo tells its whole story as one JSON document, and leaves nothing behind', {
  timeout: 170_000,
}, async () => {
  await using dir = await tempDir()
  const env = { TMPDIR: dir.path, NODE_COMPILE_CACHE: '' }
  const told = await cli(['demo', '--exit', '--json'], { cwd: dir.path, env })
  assert.equal(told.code, 0, told.stderr)
  const summary = told.json<DemoSummary>()
  assert.equal(summary.asExpected, true)
  const scenes = summary.scenes.map(({ name, asExpected, deployments }) => ({
    ...{ name, asExpected },
    ended: deployments.map(
      ({ environment, outcome, rolledBack }) => `${environment} ${outcome}${rolledBack ? ', rolled back' : ''}`,
    ),
  }))
  const both = ['staging succeeded', 'production succeeded']
  assert.deepEqual(scenes, [
    { name: 'v1', asExpected: true, ended: both },
    { name: 'v2', asExpected: true, ended: both },
    { name: 'v3', asExpected: true, ended: ['staging failed, rolled back'] },
    { name: 'v4', asExpected: true, ended: [] },
    { name: 'rollback', asExpected: true, ended: ['production succeeded'] },
  ])
  const deployments = summary.scenes.flatMap((scene) => scene.deployments)
  for (const deployment of deployments) assertWhole(deployment)
  for (const { requests, before, during } of deployments.slice(2)) {
    assert.ok(requests.served > 0, 'visitors came during the rollout')
    assert.match(requests.sentence, /^0 dropped of \d+/)
    for (const latency of [before, during]) {
      assert.ok(latency?.p50Ms !== null && latency?.p99Ms !== null && latency !== null)
      assert.ok(latency.p50Ms <= latency.p99Ms)
    }
  }
  for (const { sent, answered, failed } of summary.visitors) assert.deepEqual([answered, failed], [sent, 0])
  await assertNothingLeft(dir.path)
})

test('a demo that is told to end early leaves nothing behind either', { timeout: 60_000 }, async () => {
  await using dir = await tempDir()
  const demo = start(['demo'], { cwd: dir.path, env: { TMPDIR: dir.path, NODE_COMPILE_CACHE: '' } })
  const ended = new Promise((resolve) => demo.once('exit', (code, signal) => resolve(signal ?? code)))
  let told = ''
  demo.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  for await (const text of demo.stdout.setEncoding('utf8')) {
    told += text
    if (told.includes('rolling')) demo.kill('SIGINT')
  }
  assert.equal(await ended, 130, told)
  await assertNothingLeft(dir.path)
})

function assertWhole(deployment: DeploymentSummary): void {
  const { id, release, commit, phasesMs, tookMs, requests } = deployment
  assert.match(id, /^d\d+$/)
  assert.match(release, /^\d{8}-g[0-9a-f]{7}$/)
  assert.match(commit, /^[0-9a-f]{40}$/)
  assert.equal(requests.dropped, 0)
  // Going back never migrates.
  assert.ok(['prepare', 'place', 'route', 'verify'].every((phase) => phase in phasesMs))
  const sum = Object.values(phasesMs).reduce((all, ms) => all + ms, 0)
  assert.ok(Math.abs(sum - tookMs) < 50, `the phases of ${id} make up its ${tookMs} ms, not ${sum}`)
}

/** Neither files, nor processes that were started there or know of the place. */
async function assertNothingLeft(folder: string): Promise<void> {
  assert.deepEqual(await readdir(folder), [])
  assert.deepEqual(await processesNaming(folder), [])
}
