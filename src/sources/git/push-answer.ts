import { banded, flush, packet, packetsIn } from './packet.ts'
import type { PushHead, Refusal } from './push-head.ts'

/** Git reports a few lines; a report as large as this is not one. */
const MOST_REPORT_BYTES = 8 * 1024 * 1024

/**
 * Git's answer to a push on its way to the client. Git's progress passes at once; its report is held back until the push
 * has been recorded, so that a client never reads `main -> main` for something that could be forgotten.
 */
export class PushAnswer {
  readonly #isBanded: boolean
  readonly #report: Buffer[] = []
  #bytes = 0
  #rest: Buffer = Buffer.alloc(0)

  constructor(capabilities: PushHead['capabilities']) {
    this.#isBanded = capabilities.has('side-band-64k')
  }

  get hasReport(): boolean {
    return this.#bytes > 0
  }

  /** Takes what git printed, gives what may go out now. */
  add(chunk: Uint8Array): readonly Buffer[] {
    if (!this.#isBanded) {
      this.#hold(Buffer.from(chunk))
      return []
    }
    const { payloads, rest } = packetsIn(Buffer.concat([this.#rest, chunk]))
    this.#rest = Buffer.from(rest)
    return payloads.flatMap((payload) => (payload === null ? [] : this.#sort(payload)))
  }

  /** The report and, for the person, the messages. */
  recorded(messages: readonly string[]): Buffer {
    return this.#end(Buffer.concat(this.#report), messages)
  }

  /** Git has moved the refs, but what should follow was not written down. */
  notRecorded(reason: string): Buffer {
    return this.#end(withoutSuccess(Buffer.concat(this.#report), oneLine(reason)), [])
  }

  /** Git itself ended badly: there may be no report. Null when the client has no way to be told but a cut connection. */
  broken(reason: string): Buffer | null {
    if (!this.#isBanded) return null
    return Buffer.concat([...banded(3, Buffer.from(`signalbox: ${oneLine(reason)}\n`)), flush])
  }

  #sort(payload: Buffer): readonly Buffer[] {
    if (payload[0] !== 1) return [packet(payload)]
    this.#hold(payload.subarray(1))
    return []
  }

  #hold(bytes: Buffer): void {
    this.#bytes += bytes.length
    if (this.#bytes > MOST_REPORT_BYTES) throw new RangeError('git reports more than a report')
    this.#report.push(Buffer.from(bytes))
  }

  #end(report: Buffer, messages: readonly string[]): Buffer {
    if (!this.#isBanded) return report
    const words = messages.flatMap((message) => banded(2, Buffer.from(`signalbox: ${oneLine(message)}\n`)))
    return Buffer.concat([...banded(1, report), ...words, flush])
  }
}

/** The whole answer to a push of which nothing is taken; null when the client asked for no report. */
export function refusal(head: PushHead, refusals: readonly Refusal[]): Buffer | null {
  if (!head.capabilities.has('report-status') && !head.capabilities.has('report-status-v2')) return null
  const lines = refusals.map(({ command, reason }) =>
    packet(Buffer.concat([Buffer.from('ng '), onOneLine(command.nameBytes), Buffer.from(` ${reason}\n`)])),
  )
  const report = Buffer.concat([packet('unpack ok\n'), ...lines, flush])
  return head.capabilities.has('side-band-64k') ? Buffer.concat([...banded(1, report), flush]) : report
}

/** Git finds a ref in the report by its bytes, so only what no ref of git's can hold is changed. */
function onOneLine(name: Buffer): Buffer {
  return Buffer.from(name.map((byte) => (byte < 0x20 || byte === 0x7f ? 0x20 : byte)))
}

function withoutSuccess(report: Buffer, reason: string): Buffer {
  const { payloads } = packetsIn(report)
  return Buffer.concat(
    payloads.flatMap((payload) => {
      if (payload === null) return [flush]
      const line = payload.toString('utf8').trimEnd()
      if (line.startsWith('option ')) return []
      return [line.startsWith('ok ') ? packet(`ng ${line.slice('ok '.length)} ${reason}\n`) : packet(payload)]
    }),
  )
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 1_000)
}
