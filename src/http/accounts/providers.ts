import type { Configuration } from 'openid-client'
import { z } from 'zod'
import { Fault, messageOf } from '../../lib/fault.ts'
import { safeText } from '../../lib/safe-text.ts'

/** Who tells us who somebody is. */
export interface Provider {
  readonly name: string
  readonly title: string
  readonly kind: 'oidc' | 'github'
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
}

/** What has to come back with whoever was sent there. */
export interface Sent {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  /** Who comes back has to have signed in there just now. */
  readonly isFresh: boolean
}

/** Somebody as a provider knows them. */
export interface Known {
  readonly provider: string
  readonly subject: string
  /** What it calls them: for people to read. */
  readonly label: string
}

const LIMIT_S = 10
const FRESH_S = 60
const KEPT_MS = 60 * 60_000

/** Loaded when somebody first signs in that way. */
const library = () => import('openid-client')

export class Providers {
  readonly #byName: ReadonlyMap<string, Provider>
  readonly #parts: { readonly baseUrl: string; readonly now: () => number }
  readonly #configurations = new Map<string, { readonly value: Configuration; readonly until: number }>()

  constructor(all: readonly Provider[], parts: { readonly baseUrl: string; readonly now: () => number }) {
    this.#byName = new Map(all.map((each) => [each.name, each]))
    this.#parts = parts
  }

  /** Without their secrets. */
  get list(): readonly Pick<Provider, 'name' | 'title'>[] {
    return [...this.#byName.values()].map(({ name, title }) => ({ name, title }))
  }

  /** Where to send a browser, and what has to come back. Faults `provider.unknown`, `provider.unreachable`. */
  async begin(name: string, isFresh: boolean): Promise<{ readonly url: string; readonly sent: Sent }> {
    const provider = this.#find(name)
    const configuration = await this.#configuration(provider)
    const { buildAuthorizationUrl, calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } =
      await library()
    const sent = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier(), isFresh }
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#backUrl(name).href,
      state: sent.state,
      code_challenge: await calculatePKCECodeChallenge(sent.verifier),
      code_challenge_method: 'S256',
      ...(provider.kind === 'oidc'
        ? {
            scope: 'openid profile',
            nonce: sent.nonce,
            ...(isFresh ? { prompt: 'login', max_age: String(FRESH_S) } : {}),
          }
        : {}),
    })
    return { url: url.href, sent }
  }

  /** Who came back. `search` is what stands in the address they came to. Faults `provider.refused`, `provider.unreachable`. */
  async end(name: string, { state, nonce, verifier, isFresh }: Sent, search: string): Promise<Known> {
    const provider = this.#find(name)
    const configuration = await this.#configuration(provider)
    const { authorizationCodeGrant } = await library()
    const back = this.#backUrl(name)
    back.search = search
    const isOidc = provider.kind === 'oidc'
    const checks = {
      expectedState: state,
      pkceCodeVerifier: verifier,
      ...(isOidc ? { expectedNonce: nonce, ...(isFresh ? { maxAge: FRESH_S } : {}) } : {}),
    }
    return await trying(provider, async () => {
      const answer = await authorizationCodeGrant(configuration, back, checks)
      const who = isOidc ? ofClaims(answer.claims()) : await ofGitHub(provider, configuration, answer.access_token)
      return { provider: name, ...who }
    })
  }

  #find(name: string): Provider {
    const provider = this.#byName.get(name)
    if (provider === undefined) throw new Fault('provider.unknown', { details: { provider: name } })
    return provider
  }

  /** By the configured address, never by what a request says. */
  #backUrl(name: string): URL {
    return new URL(`/login/with/${name}/back`, this.#parts.baseUrl)
  }

  async #configuration(provider: Provider): Promise<Configuration> {
    const kept = this.#configurations.get(provider.name)
    const now = this.#parts.now()
    if (kept !== undefined && now < kept.until) return kept.value
    const value = await (provider.kind === 'github' ? gitHub(provider) : discovered(provider))
    this.#configurations.set(provider.name, { value, until: now + KEPT_MS })
    return value
  }
}

/** What the provider says of itself; its signatures are looked at, though what it says comes from itself anyway. */
async function discovered(provider: Provider): Promise<Configuration> {
  const { allowInsecureRequests, ClientSecretBasic, ClientSecretPost, discovery, enableNonRepudiationChecks } =
    await library()
  const { url, clientId, clientSecret } = provider
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)]
  const execute = [enableNonRepudiationChecks, ...(isPlain(url) ? [allowInsecureRequests] : [])]
  try {
    return await discovery(
      new URL(url),
      clientId,
      undefined,
      (server, ...rest) =>
        (server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ? post : basic)(server, ...rest),
      { execute, timeout: LIMIT_S },
    )
  } catch (cause) {
    throw unreachable(provider, cause)
  }
}

/** It says nothing of itself that could be discovered. */
async function gitHub({ url, clientId, clientSecret }: Provider): Promise<Configuration> {
  const { allowInsecureRequests, ClientSecretPost, Configuration } = await library()
  const issuer = `${url}/login/oauth`
  const server = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/access_token` }
  const configuration = new Configuration(server, clientId, undefined, ClientSecretPost(clientSecret))
  configuration.timeout = LIMIT_S
  if (isPlain(url)) allowInsecureRequests(configuration)
  return configuration
}

/** Of this machine, then: the configuration takes no other. */
function isPlain(url: string): boolean {
  return url.startsWith('http:')
}

const claims = z.object({ sub: z.string().min(1).max(255), preferred_username: z.string().optional() })
const user = z.object({ id: z.int().min(1), login: z.string() })

function ofClaims(given: unknown) {
  const { sub, preferred_username } = claims.parse(given)
  return { subject: sub, label: labelOf(preferred_username ?? sub) }
}

/** By the number: a name there can become somebody else's. */
async function ofGitHub({ url }: Provider, configuration: Configuration, accessToken: string) {
  const { fetchProtectedResource } = await library()
  const address = url === 'https://github.com' ? 'https://api.github.com/user' : `${url}/api/v3/user`
  const answer = await fetchProtectedResource(configuration, accessToken, new URL(address), 'GET')
  const { id, login } = user.parse(await answer.json())
  return { subject: String(id), label: labelOf(login) }
}

function labelOf(text: string): string {
  return safeText(text).slice(0, 100)
}

async function trying<T>(provider: Provider, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw isOfNetwork(cause) ? unreachable(provider, cause) : refused(provider, cause)
  }
}

function isOfNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error instanceof TypeError && error.message === 'fetch failed') || codeOf(error) === 'OAUTH_TIMEOUT'
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined
}

function unreachable({ title }: Provider, cause: unknown): Fault {
  return new Fault('provider.unreachable', { details: { title, problem: messageOf(cause) }, cause })
}

function refused({ title }: Provider, cause: unknown): Fault {
  return new Fault('provider.refused', { details: { title }, cause })
}
