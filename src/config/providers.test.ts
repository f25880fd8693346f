import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { showProblem } from './problem.ts'
import { parseProviders } from './providers.ts'

const problemsOf = (text: string) => parseProviders(text, 'providers.yml').problems.map(showProblem)

test('the example of the guide is what it says', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/accounts.md'), 'utf8')
  const example = /```yaml\n(providers:[\s\S]*?)```/.exec(guide)?.[1] ?? ''
  assert.deepEqual(parseProviders(example, 'providers.yml'), {
    providers: [
      {
        ...{ name: 'company', title: 'Example Inc.', kind: 'oidc', url: 'https://id.example.org/realms/team' },
        ...{ clientId: 'signalbox', secret: { file: '/etc/signalbox/company-secret' } },
      },
      {
        ...{ name: 'github', title: 'GitHub', kind: 'github', url: 'https://github.com' },
        ...{ clientId: 'Iv23liExample', secret: { env: 'GITHUB_CLIENT_SECRET' } },
      },
    ],
    problems: [],
  })
})

test('everything that is wrong with the file is told, with its place', () => {
  const text = `providers:
  Company: { kind: oidc, issuer: https://id.example.org, client_id: a, client_secret: { env: A } }
  plain: { kind: oidc, issuer: "http://id.example.org", client_id: a, client_secret: { env: A } }
  other: { kind: saml }
  hub: { kind: github, clientid: a, client_secret: hidden }
`
  const problems = problemsOf(text).join('\n')
  assert.match(problems, /:2:3 .*the name "Company"; expected a to z/)
  assert.match(problems, /:3:32 providers.plain.issuer: .*expected an https URL/)
  assert.match(problems, /:4:\d+ providers.other.*oidc/)
  assert.match(problems, /:5:\d+ .*unknown key "clientid".*did you mean "client_id"/)
  assert.match(problems, /client_secret: .*expected \{ env: NAME \} or \{ file: PATH \}/)
})

test('a secret that stands in the file itself is refused, and nowhere shown', () => {
  const text = 'providers:\n  hub: { kind: github, client_id: a, client_secret: { value: verysecret } }\n'
  assert.equal(problemsOf(text).length > 0, true)
  assert.doesNotMatch(problemsOf(text).join(), /verysecret/)
  assert.doesNotMatch(problemsOf(text.replace('{ value: verysecret }', 'verysecret')).join(), /verysecret/)
})

test('plain http is good for this machine alone; what is no YAML is told', () => {
  const at = (url: string) =>
    problemsOf(`providers:\n  it: { kind: oidc, issuer: "${url}", client_id: a, client_secret: { env: A } }\n`)
  assert.deepEqual(at('http://127.0.0.1:9000'), [])
  assert.deepEqual(at('http://localhost'), [])
  assert.equal(at('http://localhost.evil.example').length, 1)
  assert.ok(problemsOf('providers: [').length > 0)
  assert.ok(problemsOf('').length > 0)
})
