import { z } from 'zod'
import { readDocument } from './document.ts'
import { type Finding, findingsOf, toProblem } from './issues.ts'
import { httpUrl, keys } from './parts.ts'
import type { Problem } from './problem.ts'

/** Who tells the server who somebody is. Holds no secret, only where it is. */
export interface ProviderConfig {
  readonly name: string
  /** As people know it. */
  readonly title: string
  readonly kind: 'oidc' | 'github'
  /** The issuer of OpenID Connect; of GitHub, where it is. */
  readonly url: string
  readonly clientId: string
  readonly secret: SecretPlace
}

/** A variable of the server's environment, or a file whose first line it is. */
export type SecretPlace = { readonly env: string } | { readonly file: string }

const text = (what: string) => z.string({ error: what }).min(1, { error: what })

/** In plain text anybody in between could say who somebody is. */
const safeUrl = httpUrl.refine((url) => /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(url), {
  error: 'an https URL',
})

const secret = z.union([keys({ env: text('the name of a variable') }), keys({ file: text('a path') })], {
  error: '{ env: NAME } or { file: PATH }',
})

const common = {
  title: text('a title').optional(),
  client_id: text('the client ID it gave you'),
  client_secret: secret,
}

const entry = z.discriminatedUnion(
  'kind',
  [
    z.strictObject(
      { kind: z.literal('oidc'), issuer: safeUrl, ...common },
      { error: 'kind, issuer, title, client_id, client_secret' },
    ),
    z.strictObject(
      { kind: z.literal('github'), url: safeUrl.default('https://github.com'), ...common },
      { error: 'kind, url, title, client_id, client_secret' },
    ),
  ],
  { error: 'a mapping with kind: oidc or github' },
)

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, { error: 'a to z, 0 to 9 and -, a letter first' })

const file = keys({ providers: z.record(name, entry, { error: 'a mapping of names to providers' }) })

/** The file of `--providers`: all of it, or everything that is wrong with it. Never throws. */
export function parseProviders(
  source: string,
  path: string,
): { readonly providers: readonly ProviderConfig[]; readonly problems: readonly Problem[] } {
  const document = readDocument(source, path)
  if (document.data === undefined || document.problems.length > 0) return { providers: [], problems: document.problems }
  const result = file.safeParse(document.data)
  if (result.success) return { providers: Object.entries(result.data.providers).map(providerOf), problems: [] }
  const findings = findingsOf(result.error.issues, document.data)
  return { providers: [], problems: findings.map((finding) => toProblem(hidden(finding), document)) }
}

/** Where a place for a secret is asked for, people write the secret itself. */
function hidden(finding: Finding): Finding {
  return finding.path[2] === 'client_secret' && finding.on === 'value'
    ? { ...finding, found: 'something else' }
    : finding
}

function providerOf([name, given]: [string, z.output<typeof entry>]): ProviderConfig {
  const { kind, title, client_id: clientId, client_secret } = given
  const url = (given.kind === 'oidc' ? given.issuer : given.url).replace(/\/$/, '')
  return { name, title: title ?? (kind === 'github' ? 'GitHub' : name), kind, url, clientId, secret: client_secret }
}
