import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { inThread } from './thread.ts'
import { nextTurn } from './turn.ts'

const { signal } = new AbortController()

test('what a thread works out is told, and others get their turn meanwhile', async () => {
  await using file = await program(`
    let sum = 0
    for (let index = 0; index < workerData.count; index += 1) sum += index % 7
    parentPort.postMessage({ sum })`)
  let isOver = false
  const told = inThread(file.path, { count: 7_000_000 }, signal).finally(() => {
    isOver = true
  })
  let turns = 0
  for (; !isOver; turns += 1) await nextTurn()
  assert.deepEqual(await told, { sum: 21_000_000 })
  assert.ok(turns > 20, `${turns} turns`)
})

test('a thread that fails, or ends without a word, is told as an error', async () => {
  await using failing = await program("throw new Error('no such thing')")
  await assert.rejects(inThread(failing.path, null, signal), /no such thing/)
  await using silent = await program('process.exit(3)')
  await assert.rejects(inThread(silent.path, null, signal), /ended with 3/)
})

test('a thread that nobody waits for any more is ended', async () => {
  await using endless = await program('for (;;);')
  const leaving = new AbortController()
  const waiting = assert.rejects(inThread(endless.path, null, leaving.signal), { name: 'AbortError' })
  await nextTurn()
  leaving.abort()
  await waiting
  await assert.rejects(inThread(endless.path, null, leaving.signal), { name: 'AbortError' })
})

async function program(text: string): Promise<AsyncDisposable & { readonly path: string }> {
  const dir = await tempDir()
  const path = join(dir.path, 'program.mjs')
  await writeFile(path, `import { parentPort, workerData } from 'node:worker_threads'\n${text}\n`)
  return { path, [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() }
}
