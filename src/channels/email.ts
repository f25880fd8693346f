import { createTransport, type SentMessageInfo, type Transporter } from 'nodemailer'
import { Fault, messageOf } from '../lib/fault.ts'
import type { Channel } from './channel.ts'
import { textOf } from './text.ts'

/** How this server hands over mail. */
export interface Smtp {
  readonly host: string
  readonly port: number
  /** `starttls` and `tls` hand over nothing, and no password, in the open. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly login: { readonly user: string; readonly password: string } | null
  readonly from: string
}

const quietMs = 20_000

/** Mail through the SMTP server that the settings of the server name; null = none is named. */
export function emailChannel(smtp: Smtp | null): Channel {
  return {
    async send(message, { to, people }, signal) {
      if (smtp === null) throw notSetUp
      using transport = disposable(createTransport(optionsOf(smtp)))
      const close = () => transport.mail.close()
      signal.addEventListener('abort', close, { once: true })
      try {
        const sent = await transport.mail.sendMail({
          ...{ from: smtp.from, to, subject: message.title, text: textOf(message, people) },
          // The same at every try, so that a mailbox may show it once.
          messageId: `<${message.id}@signalbox>`,
          date: new Date(message.at),
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Signalbox-Event': message.event },
        })
        mustHaveReachedAll(sent)
      } catch (error) {
        signal.throwIfAborted()
        throw error instanceof Fault ? error : asFault(error)
      } finally {
        signal.removeEventListener('abort', close)
      }
    },
  }
}

const notSetUp = new Fault('channel.not_ready', {
  details: { channel: 'email', problem: 'it knows no SMTP server', flag: '--smtp and --smtp-from' },
})

function disposable(mail: Transporter): Disposable & { readonly mail: Transporter } {
  return { mail, [Symbol.dispose]: () => mail.close() }
}

function optionsOf({ host, port, security, login }: Smtp) {
  return {
    ...{ host, port, secure: security === 'tls' },
    ...(security === 'starttls' ? { requireTLS: true } : {}),
    ...(security === 'none' ? { ignoreTLS: true } : {}),
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    ...{ connectionTimeout: quietMs, greetingTimeout: quietMs, socketTimeout: quietMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }
}

/** One address of several that was refused is a notice that somebody did not get. */
function mustHaveReachedAll({ rejected = [] }: SentMessageInfo): void {
  if (rejected.length === 0) return
  const problem = `the mail server refused ${rejected.map((each: unknown) => String(each)).join(', ')}`
  throw new Fault('notice.not_taken', { details: { problem } })
}

/** 5xx to an address or a message is a mail server's final no; to a login it may be mended over there. */
function asFault(error: unknown): Fault {
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string }
  const isFinal = responseCode !== undefined && responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  return new Fault(isFinal ? 'notice.refused' : 'notice.not_taken', {
    details: { problem: messageOf(error) },
    cause: error,
  })
}
