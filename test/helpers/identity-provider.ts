import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import type { Provider } from '../../src/http/accounts/providers.ts'

/** What can be different from what an honest provider says in its ID token. */
export interface Strange {
  readonly claims?: JWTPayload
  /** Says so without a signature. */
  readonly isUnsigned?: boolean
  /** Signs with a key that is not its own. */
  readonly isForged?: boolean
  /** Gives out the same code again and again. */
  readonly codesLast?: boolean
}

export interface IdentityProvider extends AsyncDisposable {
  /** As the server is told of it. */
  readonly oidc: Provider
  readonly gitHub: Provider
  /** Who sits at the browser and says yes. */
  person: { readonly subject: string; readonly login: string }
  strange: Strange
  /** What it was asked, `METHOD /path`. */
  readonly asked: string[]
  stop(): Promise<void>
}

const client = { clientId: 'signalbox', clientSecret: 'the-secret-of-this-client' }

interface Code {
  readonly nonce: string | null
  readonly challenge: string
  readonly redirectUri: string
}

/** A real server that speaks as much of OpenID Connect and of GitHub's OAuth as signing in takes, and is strict about it. */
export async function identityProvider(): Promise<IdentityProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const [own, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')]
  const codes = new Map<string, Code>()
  const tokens = new Set<string>()
  const provider: IdentityProvider = {
    oidc: { name: 'company', title: 'Example Inc.', kind: 'oidc', url, ...client },
    gitHub: { name: 'github', title: 'GitHub', kind: 'github', url, ...client },
    ...{ person: { subject: '4711', login: 'ada-l' }, strange: {}, asked: [] },
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
    [Symbol.asyncDispose]: async () => provider.stop(),
  }
  const idToken = async (nonce: string | null) => {
    const { claims, isUnsigned, isForged } = provider.strange
    const said = { sub: provider.person.subject, preferred_username: provider.person.login, nonce, ...claims }
    const times = { iss: url, auth_time: now(), aud: client.clientId, iat: now(), exp: now() + 300 }
    if (isUnsigned) return new UnsecuredJWT({ ...times, ...said }).encode()
    const jwt = new SignJWT({ ...times, ...said }).setProtectedHeader({ alg: 'RS256', kid: 'one' })
    return await jwt.sign((isForged ? other : own).privateKey)
  }
  const authorize = ({ searchParams: asked }: URL, response: ServerResponse) => {
    const code = provider.strange.codesLast ? 'always-the-same' : randomBytes(16).toString('hex')
    const redirectUri = asked.get('redirect_uri') ?? ''
    codes.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge') ?? '', redirectUri })
    const back = new URL(redirectUri)
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()
    response.writeHead(302, { location: back.href }).end()
  }
  const token = async (request: IncomingMessage, response: ServerResponse) => {
    const form = new URLSearchParams(await text(request))
    const code = codes.get(form.get('code') ?? '')
    if (!provider.strange.codesLast) codes.delete(form.get('code') ?? '')
    const isRight =
      code !== undefined &&
      isClient(request, form) &&
      form.get('redirect_uri') === code.redirectUri &&
      createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url') === code.challenge
    // GitHub says so with a 200.
    const isGitHub = request.url?.startsWith('/login/oauth') === true
    if (!isRight) return send(response, { error: 'invalid_grant' }, isGitHub ? 200 : 400)
    const access_token = randomBytes(16).toString('hex')
    tokens.add(access_token)
    const answer = { access_token, token_type: 'bearer' }
    send(response, isGitHub ? { ...answer, scope: '' } : { ...answer, id_token: await idToken(code.nonce) })
  }
  const user = (request: IncomingMessage, response: ServerResponse) => {
    const isKnown = tokens.has((request.headers.authorization ?? '').replace(/^bearer /i, ''))
    const { subject, login } = provider.person
    send(response, isKnown ? { id: Number(subject), login } : { message: 'Bad credentials' }, isKnown ? 200 : 401)
  }
  const metadata = {
    ...{ issuer: url, authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` },
    ...{ jwks_uri: `${url}/keys`, response_types_supported: ['code'], subject_types_supported: ['public'] },
    id_token_signing_alg_values_supported: ['RS256', 'none'],
  }
  const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
  server.on('request', (request, response) => {
    const asked = new URL(request.url ?? '/', url)
    provider.asked.push(`${request.method} ${asked.pathname}`)
    if (asked.pathname === '/.well-known/openid-configuration') return send(response, metadata)
    if (asked.pathname === '/keys') return send(response, keys)
    if (/^\/(login\/oauth\/)?authorize$/.test(asked.pathname)) return authorize(asked, response)
    if (/^\/(token|login\/oauth\/access_token)$/.test(asked.pathname)) return void token(request, response)
    if (asked.pathname === '/api/v3/user') return user(request, response)
    send(response, {}, 404)
  })
  return provider
}

/** Either way that RFC 6749 has for it: in Basic both parts are encoded as in a form. */
function isClient(request: IncomingMessage, form: URLSearchParams): boolean {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const [id, secret] =
    basic === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
  return id === client.clientId && secret === client.clientSecret
}

function send(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
