import type { LocalAnswer } from './answers.ts'
import type { Credentials } from './credentials.ts'
import { maintenancePage } from './maintenance-page.ts'
import { challengePath, type RouteDoor, versionPath } from './protocol.ts'
import { fieldsNamed, pathOf, type RequestHead, withoutField } from './request-head.ts'

/** What the door says to a request: come in, as this request; an answer; or that it has to be asked again a moment later. */
export type DoorWord =
  | { readonly kind: 'in'; readonly request: RequestHead }
  | { readonly kind: 'answer'; readonly answer: LocalAnswer }
  | { readonly kind: 'later'; readonly until: Promise<void> }

const maintenanceRetryS = 60

export function isOpen({ access, maintenance }: RouteDoor): boolean {
  return access === 'public' && maintenance === null
}

/** Whoever is not let in does not learn either whether there is maintenance. */
export function askDoor(door: RouteDoor, request: RequestHead, credentials: Credentials): DoorWord {
  const path = pathOf(request.target)
  if (path.startsWith(challengePath)) return { kind: 'in', request }
  const word = door.access === 'public' ? ({ kind: 'in', request } as const) : knock(door, request, credentials)
  if (word.kind !== 'in' || door.maintenance === null || path === versionPath) return word
  return { kind: 'answer', answer: maintenance(door.maintenance.message) }
}

function knock(door: RouteDoor, request: RequestHead, credentials: Credentials): DoorWord {
  const given = basicOf(request)
  const judgement = given === null ? 'wrong' : credentials.judge(door.users, given)
  if (typeof judgement === 'object') return { kind: 'later', until: judgement.later }
  // The password was for us: an app that knows passwords of its own would take it for one of those.
  if (judgement === 'right') return { kind: 'in', request: withoutField(request, 'authorization') }
  return { kind: 'answer', answer: judgement === 'busy' ? busy : unauthorized }
}

const unauthorized: LocalAnswer = {
  status: 401,
  body: 'a name and a password are needed here\n',
  lines: 'WWW-Authenticate: Basic realm="Signalbox", charset="UTF-8"\r\n',
}

const busy: LocalAnswer = { status: 503, body: 'too many passwords at a time\n', retryAfterS: 1 }

function maintenance(message: string): LocalAnswer {
  return { status: 503, body: maintenancePage(message), type: 'text/html', retryAfterS: maintenanceRetryS }
}

function basicOf(request: RequestHead): { readonly name: string; readonly password: string } | null {
  const [value, ...more] = fieldsNamed(request, 'authorization')
  const found = value === undefined || more.length > 0 ? null : /^basic +([A-Za-z0-9+/=]+)$/i.exec(value)
  if (found === null) return null
  const text = Buffer.from(found[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon === -1 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}
