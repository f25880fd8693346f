import type { Clock } from '../lib/clock.ts'
import { Fault, messageOf } from '../lib/fault.ts'
import { httpPost, type PostAnswer } from '../system/http-post.ts'
import type { Reachable } from '../system/networks.ts'

export interface HttpParts {
  readonly clock: Clock
  /** Where requests that a project configures may go. */
  readonly isReachable: Reachable
}

export interface Posting {
  /** As it was configured, secrets filled in. */
  readonly to: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Hands JSON to a receiver of the web. Only an answer of 200 to 299 counts as taken; a redirect is none. */
export async function post({ clock, isReachable }: HttpParts, posting: Posting, signal: AbortSignal): Promise<void> {
  const url = urlOf(posting.to)
  const headers = { 'user-agent': 'Signalbox', 'content-type': 'application/json', ...posting.headers }
  const asked = httpPost({ url, headers, body: posting.body, isReachable }, signal)
  const answer = await asked.catch((error: unknown) => {
    if (error instanceof Fault || signal.aborted) throw error
    throw new Fault('notice.not_taken', { details: { problem: messageOf(error) }, cause: error })
  })
  mustBeTaken(answer, clock.now())
}

function mustBeTaken({ status, start, retryAfter }: PostAnswer, now: number): void {
  if (status >= 200 && status < 300) return
  const said = start.trim()
  const problem = `it answered ${status}${said === '' ? '' : `: ${said}`}`
  // The receiver says that it is gone for good; everything else may be mended over there.
  if (status === 410) throw new Fault('notice.refused', { details: { problem } })
  throw new Fault('notice.not_taken', { details: { problem, retryAfterMs: retryMs(retryAfter, now) } })
}

function urlOf(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new Fault('notice.refused', { details: { problem: 'its address is not an http:// or https:// URL' } })
}

/** Seconds, or a date. */
function retryMs(text: string | null, now: number): number | null {
  if (text === null) return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
