import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import type { ReleaseView } from '../../src/api/views.ts'
import { openArtifacts } from '../../src/system/artifacts.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { assertSucceeded, type Project, project, visit } from './stage.ts'

const limit = { timeout: 170_000 }

test('a release is built once, kept while it is needed, used while it is whole', limit, async (t) => {
  await using server = await startServer()

  await t.test('the same commit on two branches is one release, built once (trap 4)', async () => {
    const twin = await project(server, 'twin')
    const marks = join(server.data, 'built')
    const both = app('twin', 'v1', { on: { push: { branches: ['**'] } }, app: { build: `echo built >> ${marks}` } })
    const commit = await twin.commit(both)
    await twin.push('HEAD:refs/heads/main', 'HEAD:refs/heads/same')
    await waitFor('both runs to end', async () => (await endedRuns(twin, commit)) === 2, 60_000)
    const [release, ...others] = await releases(twin)
    assert.deepEqual([release?.commit, others], [commit, []])
    await twin.push('HEAD:refs/heads/later')
    await waitFor('the third run to end', async () => (await endedRuns(twin, commit)) === 3, 60_000)
    assert.equal((await releases(twin)).length, 1)
    assertSucceeded(await twin.deployed(commit))
    assert.equal((await twin.deployments()).length, 1)
    const builds = (await readFile(marks, 'utf8')).trim().split('\n').length
    assert.ok(builds <= 2, `built ${builds} times: once for each run that began before there was a release`)
  })

  const shop = await project(server, 'shop')
  const archive = (digest: string) => openArtifacts(join(server.data, 'artifacts')).path(digest)
  const by = (version: string) => async () => {
    const found = (await releases(shop)).find(({ title }) => title === version)
    assert.ok(found !== undefined, version)
    return found
  }

  await t.test('an archive stands under its own checksum', async () => {
    const commit = await shop.ship(files('v1'), 'v1')
    assertSucceeded(await shop.deployed(commit))
    const { digest, bytes } = await by('v1')()
    const content = await readFile(archive(digest))
    assert.deepEqual([createHash('sha256').update(content).digest('hex'), content.length], [digest, bytes])
  })

  await t.test('going back to a damaged archive is refused before anything moves', async () => {
    assertSucceeded(await shop.deployed(await shop.ship(files('v2'), 'v2')))
    const { digest } = await by('v1')()
    const content = await readFile(archive(digest))
    await writeFile(archive(digest), Buffer.concat([content.subarray(0, -1), Buffer.from('x')]))
    assert.match((await shop.sb(['rollback', 'staging'], { wanted: 1 })).stderr, /does not have the checksum/)
    await rm(archive(digest))
    assert.match((await shop.sb(['rollback', 'staging'], { wanted: 1 })).stderr, /is not there/)
    assert.equal((await shop.deployments()).length, 2)
    assert.equal(await visit(server, 'staging.shop.test'), 'v2')
    await writeFile(archive(digest), content)
  })

  await t.test('a damaged archive that was not looked at before is never unpacked', async () => {
    await shop.git('checkout', '-q', '-b', 'aside')
    const commit = await shop.commit(files('v3'), 'v3')
    await shop.push('aside')
    await shop.run(commit)
    const { digest, version } = await by('v3')()
    const content = await readFile(archive(digest))
    await writeFile(archive(digest), Buffer.concat([content.subarray(0, 600), Buffer.from('x'), content.subarray(601)]))
    await shop.sb(['deploy', 'staging', version], { wanted: 5 })
    const [deployment] = await shop.deployments()
    assert.match(deployment?.because ?? '', /checksum|damaged/)
    assert.equal(await visit(server, 'staging.shop.test'), 'v2')
  })

  await t.test('the newest, the live one and the way back are kept, the rest goes', async () => {
    for (const version of ['v4', 'v5', 'v6', 'v7']) {
      const commit = await shop.commit(files(version), version)
      await shop.push('aside')
      assertSucceeded(await shop.run(commit))
    }
    const before = await releases(shop)
    await server.kill('SIGTERM')
    await server.start()
    const kept = await waitFor('the janitor', async () => {
      const left = (await releases(shop)).filter(({ discardedAt }) => discardedAt === null)
      return left.length < before.length ? left : null
    })
    assert.deepEqual(
      kept.map(({ title }) => title),
      ['v7', 'v6', 'v2', 'v1'],
    )
    const gone = before.filter(({ id }) => !kept.some((each) => each.id === id))
    await waitFor('the archives to be gone', () => gone.every(({ digest }) => !existsSync(archive(digest))))
    for (const { digest } of kept) assert.ok(existsSync(archive(digest)))
    const { version } = await by('v5')()
    for (const verb of ['deploy', 'rollback']) {
      assert.match((await shop.sb([verb, 'staging', version], { wanted: 1 })).stderr, /is not kept any more/, verb)
    }
  })

  await t.test('what was thrown away is built again when it is pushed again', async () => {
    const { version, commit } = await by('v5')()
    await shop.push(`${commit}:refs/heads/again`)
    assertSucceeded(await shop.run(commit))
    await waitFor('v5', async () => (await by('v5')()).discardedAt === null)
    await shop.sb(['deploy', 'staging', version])
    assert.equal(await visit(server, 'staging.shop.test'), 'v5')
    await shop.sb(['rollback', 'staging'])
    assert.equal(await visit(server, 'staging.shop.test'), 'v2')
  })

  await t.test('of a repository that is taken over all apps are built, whatever is newest', async () => {
    const apps = Object.fromEntries(
      ['site', 'jobs'].map((name) => [name, { paths: [`${name}/**`], processes: { worker: 'true' } }]),
    )
    const text = JSON.stringify({ project: 'mono', apps, environments: {} })
    await shop.commit({ 'signalbox.yml': text, 'site/file': '1', 'jobs/file': '1' })
    const commit = await shop.commit({ README: 'hello' })
    await shop.sb(['projects', 'add', 'mono', '--from', shop.path])
    const run = await waitFor('the run', async () => {
      const [newest] = await server.client.call('runs.list', { query: { project: 'mono' } })
      return newest?.commit === commit && newest.state === 'finished' ? newest : null
    })
    assert.deepEqual(run.jobs.map(({ name, outcome }) => [name, outcome]).sort(), [
      ['build:jobs', 'succeeded'],
      ['build:site', 'succeeded'],
    ])
    const remote = `${server.serving.url}/git/mono.git`
    const token = (await shop.login()).SIGNALBOX_TOKEN
    const next = await shop.commit({ 'site/file': '2' })
    await shop.git('push', remote.replace('://', `://test:${token}@`), 'aside')
    const built = await waitFor('the next run', async () => {
      const [newest] = await server.client.call('runs.list', { query: { project: 'mono' } })
      return newest?.commit === next ? newest.jobs.map(({ name }) => name) : null
    })
    assert.deepEqual(built, ['build:site'])
  })

  await t.test(
    'what a commit changed whose checks failed is built with the next one, whatever that touches',
    async () => {
      const remote = `${server.serving.url}/git/mono.git`
      const token = (await shop.login()).SIGNALBOX_TOKEN
      const jobsAfter = async (files: Parameters<Project['commit']>[0]) => {
        const commit = await shop.commit(files)
        await shop.git('push', remote.replace('://', `://test:${token}@`), 'aside')
        return await waitFor('the run', async () => {
          const [newest] = await server.client.call('runs.list', { query: { project: 'mono' } })
          if (newest?.commit !== commit || newest.state !== 'finished') return null
          return newest.jobs.map(({ name, outcome }) => [name, outcome])
        })
      }
      const text = await readFile(join(shop.path, 'signalbox.yml'), 'utf8')
      const checks = { sound: 'test ! -e broken' }
      await jobsAfter({ 'signalbox.yml': JSON.stringify({ ...JSON.parse(text), checks }) })
      const failed = await jobsAfter({ 'site/file': '3', broken: '' })
      assert.deepEqual(failed[0], ['sound', 'failed'])
      assert.deepEqual(await jobsAfter({ broken: null }), [
        ['sound', 'succeeded'],
        ['build:site', 'succeeded'],
      ])
      assert.deepEqual(await jobsAfter({ 'jobs/file': '2' }), [
        ['sound', 'succeeded'],
        ['build:jobs', 'succeeded'],
      ])
    },
  )
})

function files(version: string) {
  return app('shop', version, { on: { push: true }, app: { keep_releases: 2 } })
}

async function releases({ server, name }: Project): Promise<readonly ReleaseView[]> {
  return await server.client.call('releases.list', { params: { project: name }, query: { limit: 100 } })
}

async function endedRuns({ server, name }: Project, commit: string): Promise<number> {
  const runs = await server.client.call('runs.list', { query: { project: name, limit: 100 } })
  return runs.filter((run) => run.commit === commit && run.state === 'finished').length
}
