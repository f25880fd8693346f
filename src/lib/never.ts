/** Makes the compiler find a forgotten case: call it in the `default` of a switch over a union. */
export function never(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`)
}
