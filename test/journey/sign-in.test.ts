import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { cli } from '../helpers/cli.ts'
import { identityProvider } from '../helpers/identity-provider.ts'
import { startServer } from '../helpers/server.ts'
import { tempDir } from '../helpers/temp-dir.ts'

const limit = { timeout: 60_000 }

/** The file of `--providers`, with the secret where `place` says. */
async function providersFile(dir: string, { url, clientId }: { url: string; clientId: string }, place: string) {
  const path = join(dir, 'providers.yml')
  const text = `{ kind: oidc, title: Example Inc., issuer: "${url}", client_id: ${clientId}, client_secret: ${place} }`
  await writeFile(path, `providers:\n  company: ${text}\n`)
  return path
}

test('an invited person comes in by way of the provider that the server was told of', limit, async () => {
  await using dir = await tempDir()
  await using provider = await identityProvider()
  const secret = join(dir.path, 'secret')
  await writeFile(secret, `${provider.oidc.clientSecret}\nmore\n`)
  const file = await providersFile(dir.path, provider.oidc, `{ file: ${secret} }`)
  await using server = await startServer({ flags: ['--providers', file] })
  const { url } = server.serving
  const modes = (await server.client.call('server.checkup')).find(({ what }) => what === 'keys and tokens')
  assert.match(modes?.found ?? '', new RegExp(`^${secret} has mode 644$`))
  const { link } = await server.client.call('accounts.add', { body: { name: 'grace' } })
  const invitation = link?.url.split('/').at(-1) ?? ''
  const headers = { origin: url }
  const body = new URLSearchParams({ invitation })
  const sent = await fetch(`${url}/login/with/company`, { method: 'POST', body, headers })
  const cookie = sent.headers.get('set-cookie')?.split(';')[0] ?? ''
  const there = await fetch(sent.headers.get('refresh')?.replace('0;url=', '') ?? '', { redirect: 'manual' })
  const back = await fetch(there.headers.get('location') ?? '', { headers: { cookie }, redirect: 'manual' })
  assert.equal(back.status, 303, await back.text())
  const account = await server.client.call('facts.list', { query: { subject: 'grace' } })
  assert.deepEqual(
    account.map(({ kind }) => kind),
    ['account.added', 'account.invited', 'account.identity_linked', 'session.started'],
  )
  assert.doesNotMatch(await server.log(), new RegExp(provider.oidc.clientSecret))
})

test('a server whose providers are not right does not start, and says what is wrong', limit, async () => {
  await using dir = await tempDir()
  const start = async (file: string) => {
    const where = ['--data', join(dir.path, 'data'), '--listen', '127.0.0.1:0', '--edge-listen', '127.0.0.1:0']
    return await cli(['server', ...where, '--providers', file], { cwd: dir.path, env: { EMPTY: '' } })
  }
  const provider = { url: 'https://id.example.org', clientId: 'a' }
  const problems = {
    '{ env: NOT_SET }': /company\.client_secret: the variable NOT_SET is empty/,
    '{ env: EMPTY }': /the variable EMPTY is empty/,
    '{ file: /not/there }': /company\.client_secret: ENOENT/,
    'in-plain': /providers\.yml:2:\d+ providers\.company\.client_secret: something else/,
  }
  for (const [place, problem] of Object.entries(problems)) {
    const refused = await start(await providersFile(dir.path, provider, place))
    assert.equal(refused.code, 2, refused.stderr)
    assert.match(refused.stderr, problem)
    assert.equal(existsSync(join(dir.path, 'data', 'host', 'host.log')), false, 'no host is left')
  }
  assert.match((await start(join(dir.path, 'none.yml'))).stderr, /--providers: ENOENT/)
})
