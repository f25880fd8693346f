import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** What somebody posted. */
export interface Posted {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface WebReceiver extends AsyncDisposable {
  readonly url: string
  readonly posted: Posted[]
  /** What it answers from now on; by default 200. Status 0: nothing, it keeps the sender waiting. */
  answer: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
}

/** A real web server that keeps what is posted to it. */
export async function webReceiver(): Promise<WebReceiver> {
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => null) // the sender went away
    if (body === null) return
    it.posted.push({ path: request.url ?? '', headers: request.headers, body })
    if (it.answer.status === 0) return
    response.writeHead(it.answer.status, it.answer.headers).end(it.answer.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const it: WebReceiver = {
    ...{ url: `http://127.0.0.1:${port}`, posted: [], answer: { status: 200 } },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return it
}

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** Headers and body as they came. */
  readonly text: string
  readonly user: string | null
}

export interface MailReceiver extends AsyncDisposable {
  readonly port: number
  readonly mails: Mail[]
}

export interface MailOptions {
  readonly login?: { readonly user: string; readonly password: string }
  /** Addresses it refuses. */
  readonly refuses?: readonly string[]
  readonly tls?: boolean
}

/** A real SMTP server that keeps what it is handed. */
export async function mailReceiver({ login, refuses = [], tls = false }: MailOptions = {}): Promise<MailReceiver> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: login === undefined,
    allowInsecureAuth: true,
    disabledCommands: tls ? [] : ['STARTTLS'],
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === login?.user && password === login?.password ? done(null, { user: username }) : done(new Error('no')),
    onRcptTo: ({ address }, _session, done) =>
      refuses.includes(address) ? done(Object.assign(new Error('nobody here'), { responseCode: 550 })) : done(),
    onData: (stream, session, done) => {
      text(stream).then((content) => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        mails.push({ from, to: rcptTo.map(({ address }) => address), text: content, user: session.user ?? null })
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // a client that goes away in the middle is its own affair
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    ...{ port, mails },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}
