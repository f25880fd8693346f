import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { processTable } from '../../src/system/proc.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app } from './app.ts'
import { type Project, project, visit } from './stage.ts'

const secret = 'Zq7/canary+Vx=9 &k'

test('variables and secrets: they reach those they are for, and nobody else', { timeout: 170_000 }, async (t) => {
  await using server = await startServer()
  const shop = await project(server, 'shop')
  const host = 'staging.shop.test'
  const variables = { API_KEY: 'secret', LIMIT: 'required', LEVEL: { default: 'info' } }
  const seesIt = {
    steps: [
      'echo "key: $API_KEY" | tee leaked',
      'node -e "console.log(Buffer.from(process.env.API_KEY).toString(\'base64\'))"',
    ],
    secrets: ['API_KEY'],
  }
  const told: string[] = []
  const sb: Project['sb'] = async (words, options) => {
    const result = await shop.sb(words, options)
    told.push(`${words.join(' ')}\n${result.stdout}${result.stderr}`)
    return result
  }

  await t.test('a check that needs a secret nobody has set ends as errored, and says how to set it', async () => {
    const commit = await shop.ship(app('shop', 'v1', { app: { variables }, checks: { 'sees-it': seesIt } }), 'v1')
    const run = await shop.run(commit)
    assert.equal(run.outcome, 'errored')
    assert.match(run.reason ?? '', /these secrets are not set: API_KEY \(signalbox secrets set /)
    await sb(['env', 'set', 'checks', 'API_KEY=-', '--secret'], { input: `${secret}\n` })
    await sb(['rerun', run.id, '--failed'])
  })

  await t.test('a required variable that is missing stops a deployment before anything moves', async () => {
    const [refused] = await waitFor(
      'the deployment',
      async () => {
        const found = await shop.deployments()
        return found[0]?.state === 'finished' ? found : null
      },
      30_000,
    )
    assert.deepEqual([refused?.outcome, refused?.startedAt, refused?.phases], ['failed', null, []])
    assert.equal(refused?.because, 'missing in staging: API_KEY, LIMIT')
    await sb(['env', 'set', 'staging', 'LIMIT=5'])
    for (const words of [
      ['set', 'stagnig', 'LIMIT=5'],
      ['list', 'stagnig'],
    ]) {
      assert.match((await sb(['env', ...words])).stderr, /shop has no environment stagnig yet: it has staging/)
    }
    await sb(['deploy', 'staging'], { wanted: 4 })
    assert.equal((await server.client.call('status', { params: { project: 'shop' } }))[0]?.desired, null)
  })

  await t.test('what is set reaches the instances, defaults too', async () => {
    await sb(['env', 'set', 'staging', 'API_KEY=-', '--secret'], { input: `${secret}\n` })
    await sb(['deploy', 'staging'])
    const seen = await Promise.all(['API_KEY', 'LIMIT', 'LEVEL'].map((name) => visit(server, host, `/env/${name}`)))
    assert.deepEqual(seen, [secret, '5', 'info'])
  })

  await t.test('a change is picked up by the next deployment, and by none before', async () => {
    await sb(['env', 'set', 'staging', 'LIMIT=6', 'LEVEL=debug'])
    assert.equal(await visit(server, host, '/env/LIMIT'), '5')
    await sb(['redeploy', 'staging'])
    assert.deepEqual([await visit(server, host, '/env/LIMIT'), await visit(server, host, '/env/LEVEL')], ['6', 'debug'])
    await sb(['env', 'unset', 'staging', 'LEVEL'])
    await sb(['redeploy', 'staging'])
    assert.equal(await visit(server, host, '/env/LEVEL'), 'info')
  })

  await t.test('a secret is in no answer, no log, no journal, no store and no command line', async () => {
    assert.match((await sb(['env', 'list', 'staging'])).stdout, /API_KEY +\S*(secret|hidden|\*)/i)
    await sb(['env', 'list', 'checks', '--json'])
    await visit(server, host, '/print/API_KEY')
    const [run] = await server.client.call('runs.list', { query: { project: 'shop' } })
    await waitFor('the line', async () => (await sb(['logs', 'staging'])).stdout.includes('printed API_KEY'))
    assert.match((await sb(['logs', run?.id ?? ''])).stdout, /key: \*\*\*/)
    assert.match((await sb(['run', 'staging', '--', 'sh', '-c', 'echo "it is $API_KEY"'])).stdout, /it is \*\*\*/)
    const [newest] = await shop.deployments()
    for (const words of [
      ['status', '--json'],
      ['plan', 'staging', '--json'],
      ['deployments', 'show', newest?.id ?? '', '--json'],
      ['runs', 'show', run?.id ?? '', '--json'],
      ['audit', '--json', '--limit', '500'],
    ]) {
      await sb(words)
    }
    for (const said of told) assertClean(said, `signalbox ${said.split('\n')[0]}`)
    for (const { file, content } of keptBy(server)) assertClean(content, file)
    assertClean(await server.log(), 'the log of the server')
    for (const { pid } of await processTable()) {
      const words = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '') // It may have ended since.
      assertClean(words, `the command line of ${pid}`)
    }
  })
})

/** Everything the server and its host write, but what instances are started from and what they write themselves. */
function keptBy({ data }: ServerUnderTest): readonly { file: string; content: string }[] {
  const files = globSync('**', { cwd: data, exclude: (name) => ['instances', 'one-offs'].includes(name) })
  return files
    .filter((file) => statSync(join(data, file), { throwIfNoEntry: false })?.isFile() && !file.startsWith('host/logs/'))
    .map((file) => ({ file, content: readFileSync(join(data, file), 'latin1') }))
}

function assertClean(text: string, where: string): void {
  const bytes = Buffer.from(secret)
  const spellings = {
    plain: secret,
    base64: bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
    url: encodeURIComponent(secret),
    hex: bytes.toString('hex'),
    json: JSON.stringify(secret).slice(1, -1),
    core: 'canary+Vx=9',
  }
  for (const [kind, spelling] of Object.entries(spellings)) assert.ok(!text.includes(spelling), `${kind} in ${where}`)
}
