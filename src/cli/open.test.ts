import assert from 'node:assert/strict'
import { chmod, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { apiServer } from '../../test/helpers/api-server.ts'
import { cli, cliAtTerminal } from '../../test/helpers/cli.ts'
import { tokens } from '../../test/helpers/people.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

async function desk(t: TestContext) {
  const api = await apiServer()
  const dir = await tempDir()
  t.after(async () => {
    await api[Symbol.asyncDispose]()
    await dir[Symbol.asyncDispose]()
  })
  await api.it.push('one')
  const env = { SIGNALBOX_URL: api.url, SIGNALBOX_TOKEN: tokens.read }
  return { api, cwd: dir.path, env }
}

/** A browser that notes what it is told to show. */
async function browserIn(cwd: string, after: string): Promise<string> {
  const path = join(cwd, 'browser')
  await writeFile(path, `#!/bin/sh\necho "$@" >> ${join(cwd, 'shown')}\n${after}\n`)
  await chmod(path, 0o755)
  return path
}

test('each thing has an address, which is printed where there is no terminal', async (t) => {
  const { api, cwd, env } = await desk(t)
  const pathOf = async (...words: string[]) => {
    const { code, stdout, stderr } = await cli(['open', ...words], { cwd, env: { ...env, BROWSER: '/bin/false' } })
    return code === 0 && stderr === '' ? stdout.trim().replace(api.url, '') : `${code} ${stderr}`
  }
  assert.equal(await pathOf(), '/projects/shop')
  assert.equal(await pathOf('overview'), '/')
  assert.equal(await pathOf('approvals'), '/approvals')
  assert.equal(await pathOf('releases'), '/projects/shop/releases')
  assert.equal(await pathOf('r1'), '/runs/r1')
  assert.equal(await pathOf('r1', 'build:shop'), '/runs/r1/jobs/build%3Ashop')
  assert.equal(await pathOf('d2-web-1'), '/deployments/d2')
  assert.equal(await pathOf('staging'), '/projects/shop/environments/staging')
  assert.equal(await pathOf('undeployed', 'production'), '/projects/shop/undeployed/production')
  assert.equal(await pathOf('shop'), '/projects/shop')
  assert.match(await pathOf('nowhere'), /^2 .*there is no page nowhere; there are staging, production, overview/s)
  assert.match(await pathOf('approvals', 'x'), /^2 .*approvals has no part x/s)
  const json = await cli(['open', 'r1', '--json'], { cwd, env })
  assert.deepEqual(json.json(), { url: `${api.url}/runs/r1`, isOpened: false })
})

test('at a terminal the browser shows it: the first of BROWSER that works, also one that stays', async (t) => {
  const { api, cwd, env } = await desk(t)
  const browser = await browserIn(cwd, 'exec sleep 4')
  const BROWSER = `/bin/false:/no/such:${browser} --new %s`
  const { code, screen } = await cliAtTerminal(['open', 'r1'], { cwd, env: { ...env, BROWSER } })
  assert.deepEqual([code, screen.trim()], [0, `${api.url}/runs/r1`])
  assert.equal(
    await waitFor('it to be shown', () => readFile(join(cwd, 'shown'), 'utf8')),
    `--new ${api.url}/runs/r1\n`,
  )
})

test('a terminal without a display, --print and CI have the address only; a browser that does not start is told of', async (t) => {
  const { cwd, env } = await desk(t)
  const BROWSER = await browserIn(cwd, '')
  for (const [words, more] of [
    [['open', 'r1'], {}],
    [['open', 'r1', '--print'], { BROWSER }],
    [['open', 'r1'], { BROWSER, CI: '1' }],
  ] as const) {
    const { code, screen } = await cliAtTerminal([...words], { cwd, env: { ...env, ...more } })
    assert.deepEqual([code, screen.includes('/runs/r1')], [0, true])
  }
  await assert.rejects(readFile(join(cwd, 'shown')), /ENOENT/)
  for (const name of ['script', 'stty']) await symlink(`/usr/bin/${name}`, join(cwd, name))
  const none = await cliAtTerminal(['open', 'r1'], { cwd, env: { ...env, BROWSER: '/bin/false', PATH: cwd } })
  assert.match(none.screen, /No browser could be started/)
})
