import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { type ChildOptions, type ChildResult, runChild, startChild } from './process.ts'

/**
 * Runs two programs, the output of the first being the input of the second. Each is held back while the other is busy.
 * When the second ends early, the first finds nobody reading; look at the second's result first then.
 */
export async function runPiped(
  first: ChildOptions,
  second: ChildOptions,
): Promise<readonly [ChildResult, ChildResult]> {
  const between = new PassThrough()
  const reader = await startChild({ ...second, stdin: between })
  const stdout = async (bytes: Uint8Array) => {
    if (between.writable && !between.write(bytes)) await room(between)
  }
  const written = runChild({ ...first, stdout }).finally(() => between.end())
  return Promise.all([written, reader.result])
}

async function room(stream: PassThrough): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
    .catch(() => {}) // The second program has gone, and its result says why.
    .finally(() => over.abort())
}
