/** Git's packet lines: four hex digits of length, then the payload; `0000` ends a list. Pure. */

export const flush = Buffer.from('0000')

/** The longest payload of a packet, and of one in a side band, which has a byte for its band. */
const LONGEST_BAND_BYTES = 65_515

export function packet(payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload)
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** 1 carries the answer, 2 words for the person, 3 the sentence with which all ends. */
export type Band = 1 | 2 | 3

export function banded(band: Band, content: Uint8Array): readonly Buffer[] {
  const count = Math.ceil(content.length / LONGEST_BAND_BYTES)
  return Array.from({ length: count }, (_, index) => {
    const part = content.subarray(index * LONGEST_BAND_BYTES, (index + 1) * LONGEST_BAND_BYTES)
    return packet(Buffer.concat([Buffer.from([band]), part]))
  })
}

export interface Packets {
  /** Payloads in order; null for a flush. */
  readonly payloads: readonly (Buffer | null)[]
  /** What is not a whole packet yet. */
  readonly rest: Buffer
}

/** The whole packets at the beginning of these bytes. Throws a RangeError for a length that is none. */
export function packetsIn(bytes: Buffer): Packets {
  const payloads: (Buffer | null)[] = []
  let at = 0
  while (bytes.length - at >= 4) {
    const length = packetLength(bytes.subarray(at, at + 4))
    if (bytes.length - at < Math.max(length, 4)) break
    payloads.push(length === 0 ? null : bytes.subarray(at + 4, at + length))
    at += Math.max(length, 4)
  }
  return { payloads, rest: bytes.subarray(at) }
}

/** Length of a packet with its four digits; 0 for a flush. */
export function packetLength(digits: Buffer): number {
  const text = digits.toString('latin1')
  const length = /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : -1
  if (length !== 0 && (length < 4 || length > 65_520)) throw new RangeError('that is no length of a packet')
  return length
}
