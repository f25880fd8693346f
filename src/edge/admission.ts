import { type LocalAnswer, noFile } from './answers.ts'
import type { EdgeContext, Entrance } from './context.ts'
import type { Counted } from './counters.ts'
import { askDoor, isOpen } from './door.ts'
import { type FilesWish, filesWish } from './files.ts'
import type { Instance } from './instance.ts'
import { ownFields, versionPath } from './protocol.ts'
import { pathOf, type RequestHead } from './request-head.ts'
import type { Track } from './track.ts'

/** What becomes of a request, from its head alone: the edge answers it itself, or an instance of a track does. */
export type Admission =
  | { readonly kind: 'local'; readonly answer: LocalAnswer }
  /** Not known yet: to be asked again when this has settled. */
  | { readonly kind: 'later'; readonly until: Promise<void> }
  | {
      readonly kind: 'pass'
      /** As an instance may see it. */
      readonly request: RequestHead
      readonly track: Track
      readonly counted: Counted
      /** The one instance the host asked for; null for any of the routing. */
      readonly directed: Instance | null
      /** It carries the worker's token. */
      readonly isOwn: boolean
      /** Files it may be for; null when only an instance can answer it. */
      readonly files: FilesWish | null
    }

export function admit(request: RequestHead, entrance: Entrance, context: EdgeContext): Admission {
  const isOwn = hasToken(request, context)
  if (entrance.isPrivate && !isOwn) return local({ status: 403, body: 'only with the token of this worker\n' })
  const name = isOwn ? request.own?.get(ownFields.instance) : undefined
  const directed = name === undefined ? null : context.registry.instance(name)
  if (name !== undefined && directed === null) return local({ status: 503, body: 'no such instance\n' })
  const track = directed?.track ?? context.registry.find(entrance, request.host)
  if (track === null) return local({ status: 404, body: 'nothing is served under this name\n' })
  const { door } = track.route
  // What the host itself asks must get through, or nothing could be confirmed or measured behind a closed door.
  const word = isOwn || isOpen(door) ? null : askDoor(door, request, context.credentials)
  if (word?.kind === 'later') return word
  if (word?.kind === 'answer') return local(word.answer)
  if (pathOf(request.target) === versionPath) return local(version(request.method, track))
  const files = isOwn || track.files.length === 0 ? null : filesWish(track.files, request)
  if (files === null && track.route.isFilesOnly) return local(nowhere(request.method))
  return {
    kind: 'pass',
    request: word === null ? request : word.request,
    track,
    counted: countedFor(request, isOwn, entrance),
    directed: directed?.instance ?? null,
    isOwn,
    files,
  }
}

function hasToken({ own }: RequestHead, context: EdgeContext): boolean {
  const token = own?.get(ownFields.token)
  return token !== undefined && context.isToken(token)
}

function local(answer: LocalAnswer): Admission {
  return { kind: 'local', answer }
}

function version(method: string, track: Track): LocalAnswer {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'GET or HEAD only\n' }
  return { status: 200, body: track.version, type: 'application/json' }
}

/** Where there are only files. */
function nowhere(method: string): LocalAnswer {
  return method === 'GET' || method === 'HEAD' ? noFile : { status: 405, body: 'GET or HEAD only\n' }
}

/** A look at one instance says nothing of what visitors meet, so it is in no total. */
function countedFor({ own }: RequestHead, isOwn: boolean, entrance: Entrance): Counted {
  if (!isOwn) return 'visitor'
  if (own?.has(ownFields.probe)) return 'probe'
  return own?.has(ownFields.instance) || entrance.isPrivate ? 'nobody' : 'visitor'
}
