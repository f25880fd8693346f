import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'
import type { DeploymentView, TrackView } from '../../src/api/views.ts'
import { type CliResult, cli } from '../helpers/cli.ts'
import { freePort } from '../helpers/free-port.ts'
import { program } from '../helpers/program.ts'
import { gitEnvironment, repository } from '../helpers/repository.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'
import { tinyApp } from '../helpers/tiny-app.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { visit } from './stage.ts'

const run = promisify(execFile)

test('from a first login to production and back, by the command line alone', { timeout: 120_000 }, async (t) => {
  await using server = await startServer({ flags: ['--listen', `127.0.0.1:${await freePort()}`] })
  await using home = await tempDir()
  await using repo = await repository()
  const { url } = server.serving
  const env = { XDG_CONFIG_HOME: join(home.path, 'config') }
  const sb = async (words: string[], wanted = 0): Promise<CliResult> => {
    const result = await cli(words, { cwd: repo.path, env })
    assert.equal(result.code, wanted, `signalbox ${words.join(' ')}\n${result.stdout}${result.stderr}`)
    return result
  }
  /** Asks Signalbox for the password, as `projects add` tells people to set it up. */
  const push = async () => {
    const helper = `!'${process.execPath}' '${program}' git-credential`
    const config = ['-c', `credential.${url}.helper=${helper}`]
    const words = [...config, 'push', 'signalbox', 'HEAD']
    await run('git', words, { cwd: repo.path, env: { ...gitEnvironment(home.path), ...env } })
  }

  await t.test('a login and a project', async () => {
    const told = await server.log()
    assert.ok(told.includes(`signalbox login ${url} --token-file ${join(server.data, 'admin-token')}\n`), told)
    assert.match(told, /signalbox init\n +signalbox projects add NAME\n/)
    const second = await sb(['server', '--data', server.data, '--listen', '127.0.0.1:0'], 1)
    assert.match(second.stderr, /Another server \(process \d+\) holds the data directory/)
    assert.match((await sb(['login', url, '--token-file', server.data])).stdout, /Logged in to .* as admin \(admin\)/)
    const added = (await sb(['projects', 'add', 'tiny', '--json'])).json<{ project: { gitUrl: string } }>()
    await repo.git('remote', 'add', 'signalbox', `${url}${new URL(added.project.gitUrl).pathname}`)
    const migrate = `console.log('applied v1')\n${tinyApp('v1')['migrate.js']}`
    await repo.commit({ ...tinyApp('v1', { production: true }), 'migrate.js': migrate })
    assert.match((await sb(['validate'])).stdout, /Valid: tiny, 1 app, 2 environments/)
    assert.match((await sb(['status'], 1)).stderr, /has no valid signalbox\.yml yet/)
  })

  await t.test('a push is checked, built and brought to staging', async () => {
    await push()
    const { stdout } = await sb(['logs', 'r1', '--follow'])
    assert.match(stdout, /^check +1 .*node check\.js/m)
    assert.match(stdout, /^r1 .*succeeded in/m)
    // The deployment begins when the run has ended: sent once more, it is followed to its end.
    const deployed = (await sb(['deploy', 'staging'])).stdout
    assert.match(deployed, /succeeded in [\d.]+s, .*(dropped of|probes)/)
    const [, address = ''] = /visitors reach it at (\S+)/.exec(deployed) ?? []
    assert.equal(await visit(server, new URL(address).host), 'v1')
    assert.match((await sb(['status', 'staging'])).stdout, new RegExp(`^staging/tiny +${address}$`, 'm'))
    const [track] = (await sb(['status', 'staging', '--json'])).json<TrackView[]>()
    assert.equal(track?.running?.instances.filter(({ state }) => state === 'healthy').length, 3)
    assert.equal(track?.serving.length, 2)
  })

  await t.test('production waits for a yes, and follows it', async () => {
    const plan = await sb(['plan', 'production'], 4)
    const [, words = ''] = /Approve it with: signalbox (approve \w+ --plan \w+)/.exec(plan.stdout) ?? []
    assert.match((await sb([...words.split(' '), '--wait'])).stdout, /place d\d+-web-1[\s\S]*succeeded/)
    const [, deployment = ''] = words.split(' ')
    assert.match((await sb(['logs', `${deployment}-migrate`, '--follow'])).stdout, /^applied v1$/m)
    await sb(['logs', 'd99-migrate'], 2)
    await sb(['plan', 'production'])
    const text = (await sb(['status', 'production'])).stdout
    assert.match(text, /desired +\S+.* by d\d+ of admin, /)
    assert.match(text, /serving +\S+ by d\d+-web-1, d\d+-web-2/)
    assert.match(text, /d\d+-worker-1 +worker .* healthy +0 /)
  })

  await t.test('a command runs once in what is live, and ends as it ended', async () => {
    const script = 'echo "to $1 in $RELEASE_IS_SET"; echo aside >&2; exit 7'
    const ran = await sb(['run', 'staging', '--', 'sh', '-c', script, 'sh', '--json'], 7)
    assert.equal(ran.stdout, 'to --json in \n')
    assert.equal(ran.stderr, 'aside\n')
    const items = (await sb(['run', 'staging', '--json', '--', 'echo', 'hi'])).items<{
      text?: string
      exitCode?: number
    }>()
    assert.deepEqual([items.find(({ text }) => text !== undefined)?.text, items.at(-1)?.exitCode], ['hi', 0])
    assert.match((await sb(['logs', 'o1'])).stdout, /^to --json in $/m)
  })

  await t.test(
    'variables reach the instances with the next deployment, secrets are masked in what they print',
    async () => {
      const secret = 'hunter2-hunter2'
      const set = await cli(['env', 'set', 'staging', 'API_KEY=-', '--secret'], { cwd: repo.path, env, input: secret })
      assert.equal(set.code, 0)
      await sb(['redeploy', 'staging'])
      const told = await sb(['run', 'staging', '--', 'sh', '-c', 'echo "key: $API_KEY"'])
      assert.equal(told.stdout, 'key: ***\n')
    },
  )

  await t.test('a deployment is followed over the death of the server', async () => {
    const slow = tinyApp('slow', { production: true, slowMs: 300 })
    await repo.commit(slow, 'slow')
    await push()
    await sb(['logs', 'r2', '--follow', '--lines', '1'])
    await waitFor('its deployment to roll', async () => {
      const [track] = await server.client.call('status', {
        params: { project: 'tiny' },
        query: { environment: 'staging' },
      })
      return track?.active?.state === 'rolling'
    })
    const following = cli(['deploy', 'staging', '--json'], { cwd: repo.path, env })
    await waitFor('both to be there', async () => {
      const query = { environment: 'staging', limit: 2 }
      const found = await server.client.call('deployments.list', { query })
      return found.length === 2 && found[0]?.state === 'queued' && found[1]?.state === 'rolling'
    })
    await server.kill('SIGKILL')
    await server.start()
    const { code, stderr, json } = await following
    assert.match(stderr, /cannot be reached: .*; trying again/)
    assert.equal(code, 0, stderr)
    assert.equal(json<DeploymentView[]>()[0]?.outcome, 'succeeded')
  })

  await t.test('a release that does not start is rolled back, with 5', async () => {
    await repo.commit(tinyApp('v2', { production: true, web: 'exits' }), 'v2')
    await push()
    await sb(['logs', 'r3', '--follow', '--lines', '1'])
    const failed = await sb(['deploy', 'staging'], 5)
    assert.match(failed.stdout, /going back: /)
    assert.match(failed.stdout, /failed, rolled back.*\n +Look at its last lines with `signalbox logs ENVIRONMENT`/)
    const [track] = (await sb(['status', 'staging', '--json'])).json<TrackView[]>()
    assert.notEqual(track?.desired?.release.version, track?.attempted?.release.version)
    assert.equal(track?.serving.length, 2)
  })

  await t.test('instances are scaled, seen in their logs, and gone back from', async () => {
    assert.match((await sb(['scale', 'staging', 'web=1'])).stdout, /succeeded/)
    await sb(['logs', 'staging', '--process', 'web', '--lines', '5'])
    assert.match((await sb(['rollback', 'staging', '--reason', 'test'])).stdout, /rollback by admin[\s\S]*succeeded/)
    const [newest] = (await sb(['deployments', '--json'])).json<DeploymentView[]>()
    assert.equal(newest?.reason, 'rollback')
    assert.match((await sb(['explain', 'nowhere'], 2)).stderr, /nowhere is neither a commit nor a branch/)
    for (const named of ['main', 'HEAD'])
      assert.match((await sb(['explain', named])).stdout, /staging\/tiny +not live/, named)
    assert.match((await sb(['audit', 'verify'])).stdout, /The chain holds/)
  })
})
