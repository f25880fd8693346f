const ESCAPE = 0x1b
const BELL = 0x07
const BACKSLASH = 0x5c

/** No real escape sequence is longer; what is counts as text again. */
const LONGEST_SEQUENCE = 256

/** Tells the bytes of terminal escape sequences (colours, titles, cursor moves) from the text between them. */
export class EscapeReader {
  #mode: 'text' | 'begun' | 'control' | 'string' | 'ending' = 'text'
  #length = 0

  /** Whether this byte is text that a person would see. */
  isText(byte: number): boolean {
    if (this.#mode === 'text' && byte !== ESCAPE) return true
    this.#length = this.#mode === 'text' ? 1 : this.#length + 1
    this.#mode = this.#next(byte)
    return false
  }

  get isTooLong(): boolean {
    return this.#mode !== 'text' && this.#length > LONGEST_SEQUENCE
  }

  #next(byte: number): 'text' | 'begun' | 'control' | 'string' | 'ending' {
    switch (this.#mode) {
      case 'text':
        return 'begun'
      case 'begun':
        if (byte === 0x5b) return 'control' // [
        if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) return 'string' // ] P X ^ _
        return byte >= 0x20 && byte <= 0x2f ? 'begun' : 'text'
      case 'control':
        return byte >= 0x20 && byte <= 0x3f ? 'control' : 'text'
      case 'string':
        if (byte === BELL) return 'text'
        return byte === ESCAPE ? 'ending' : 'string'
      case 'ending':
        return byte === BACKSLASH ? 'text' : 'string'
    }
  }
}
