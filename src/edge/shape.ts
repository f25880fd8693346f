import { Fault } from '../lib/fault.ts'

/** A value from outside (a control line, the state file) as an object whose fields are checked one by one. Fault `request.invalid`. */
export class Shape {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #where: string

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(where, 'an object', value)
    this.#fields = value as Readonly<Record<string, unknown>>
    this.#where = where
  }

  text(name: string): string {
    const value = this.#fields[name]
    if (typeof value !== 'string') throw wrong(`${this.#where}.${name}`, 'text', value)
    return value
  }

  /** A whole number from 0 up. */
  count(name: string): number {
    const value = this.#fields[name]
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw wrong(`${this.#where}.${name}`, 'a whole number from 0 up', value)
    }
    return value
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.#fields[name]
    const found = values.find((one) => one === value)
    if (found === undefined) throw wrong(`${this.#where}.${name}`, values.join(' or '), value)
    return found
  }

  flag(name: string): boolean {
    const value = this.#fields[name]
    if (typeof value !== 'boolean') throw wrong(`${this.#where}.${name}`, 'true or false', value)
    return value
  }

  /** Whether nothing is said: the field is not there, or null. */
  isSilent(name: string): boolean {
    return (this.#fields[name] ?? null) === null
  }

  port(name: string): number {
    const port = this.count(name)
    if (port < 1 || port > 65535) throw wrong(`${this.#where}.${name}`, 'a port', port)
    return port
  }

  portOrNull(name: string): number | null {
    return this.#fields[name] === null ? null : this.port(name)
  }

  object(name: string): Shape {
    return new Shape(this.#fields[name], `${this.#where}.${name}`)
  }

  texts(name: string): readonly string[] {
    return this.#list(name).map((value, index) => {
      if (typeof value !== 'string') throw wrong(`${this.#where}.${name}[${index}]`, 'text', value)
      return value
    })
  }

  objects(name: string): readonly Shape[] {
    return this.#list(name).map((value, index) => new Shape(value, `${this.#where}.${name}[${index}]`))
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields[name]
    if (!Array.isArray(value)) throw wrong(`${this.#where}.${name}`, 'a list', value)
    return value
  }
}

function wrong(where: string, expected: string, found: unknown): Fault {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 60)
  return new Fault('request.invalid', { details: { problem: `${where} must be ${expected}, not ${shown}` } })
}
