import { type Admission, admit } from './admission.ts'
import { type LocalAnswer, noFile } from './answers.ts'
import type { Passed } from './attempts.ts'
import type { EdgeContext } from './context.ts'
import type { Ending } from './counters.ts'
import { Exchange } from './exchange.ts'
import { FileAnswer, type FileUser } from './file-answer.ts'
import type { FilesWish } from './files.ts'
import { pathOf, type RequestHead } from './request-head.ts'
import { Turn } from './turn.ts'
import type { Visitor } from './visitor.ts'

/** Where every request comes first: what the edge answers itself is answered here, the rest is handed to an exchange. */
export class Reception extends Turn implements FileUser {
  readonly canTakeBody = false
  #isOver = false
  #admitted: Passed | null = null
  #file: FileAnswer | null = null
  #touchedAt: number
  /** Digest of the release that answers; '' while nothing does. */
  #digest = ''
  #latencyMs: number | null = null
  #isClose = false

  constructor(request: RequestHead, visitor: Visitor, context: EdgeContext) {
    super(request, visitor, context, context.clock.monotonic())
    this.#touchedAt = context.now()
  }

  get hasBegunAnswer(): boolean {
    return this.#digest !== ''
  }

  begin(): void {
    const admission: Admission = admit(this.request, this.visitor.entrance, this.context)
    switch (admission.kind) {
      case 'local':
        this.#isOver = true
        this.say(admission.answer)
        return
      case 'later':
        this.#askAgain(admission.until)
        return
      case 'pass':
        if (admission.files === null) this.#handOn(admission)
        else this.#serve(admission, admission.files)
    }
  }

  onFileBegun(digest: string): void {
    this.#touchedAt = this.context.now()
    this.#digest = digest
    this.#latencyMs = this.context.clock.monotonic() - this.startedAt
  }

  onFileEnd(): void {
    this.#settle('served')
    this.visitor.finish(this.#isClose)
  }

  onFileLost(error: unknown): void {
    const { hasBegunAnswer } = this
    this.context.log.error('a file could not be sent', { path: pathOf(this.request.target), error })
    if (this.#isOver) {
      this.visitor.abort()
      return
    }
    this.#settle('refused')
    this.#recordLoss('a file could not be read')
    if (hasBegunAnswer) this.visitor.abort()
    else this.say({ status: 500, body: 'the file could not be read\n' })
  }

  onNoFile(): void {
    const admitted = this.#admitted as Passed
    if (admitted.track.route.isFilesOnly) this.#sayServed(noFile)
    else this.#handOn(admitted)
  }

  onFolder(): void {
    const { target } = this.request
    const query = target.indexOf('?')
    const place = query === -1 ? `${target}/` : `${target.slice(0, query)}/${target.slice(query)}`
    this.#sayServed({ status: 308, body: '', lines: `Location: ${place}\r\n` })
  }

  onRequestBody(): void {}

  onRequestEnd(): void {}

  onVisitorGone(): void {
    if (!this.#isOver) this.#settle('clientGone')
  }

  onVisitorDrain(): void {
    this.#touchedAt = this.context.now()
    this.#file?.pump()
  }

  cut(): void {
    if (this.#isOver) return
    this.#settle('cut')
    this.#recordLoss('still being sent when the edge ended')
    this.visitor.abort()
  }

  check(now: number): void {
    if (this.#isOver || !this.hasBegunAnswer || now - this.#touchedAt <= this.context.limits.visitorStallMs) return
    this.onVisitorGone()
    this.visitor.abort()
  }

  #askAgain(until: Promise<void>): void {
    until
      .then(() => {
        if (!this.#isOver) this.begin()
      })
      .catch((error: unknown) => {
        this.context.log.error('a password could not be looked at', { error })
        this.visitor.abort()
      })
  }

  #handOn(admitted: Passed): void {
    this.#isOver = true
    const exchange = new Exchange(admitted, this.visitor, this.context, this.startedAt)
    this.visitor.handTo(exchange)
    exchange.begin()
  }

  #serve(admitted: Passed, wish: FilesWish): void {
    this.#admitted = admitted
    this.#isClose = this.endsConnection
    const isPrivate = admitted.track.route.door.access !== 'public'
    const { request, visitor } = this
    this.#file = new FileAnswer({ request, visitor, delivery: this.delivery(this.#isClose), isPrivate, user: this })
    this.#file.begin(wish)
  }

  #sayServed(answer: LocalAnswer): void {
    this.#digest = this.#admitted?.track.route.release.digest ?? ''
    this.#settle('served')
    this.say(answer)
  }

  #settle(ending: Ending): void {
    this.#isOver = true
    this.#file?.close()
    if (this.#admitted === null) return // It left before it was let in.
    const { track, counted } = this.#admitted
    const latencyMs = ending === 'served' ? this.#latencyMs : null
    track.counters.end(counted, ending, { digest: this.#digest, latencyMs })
  }

  #recordLoss(why: string): void {
    if (this.#admitted === null) return
    const { track, counted } = this.#admitted
    const { method, target } = this.request
    track.counters.lost(counted, { at: this.context.clock.now(), method, path: pathOf(target), why, instance: null })
  }
}
