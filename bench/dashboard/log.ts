import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { gunzipSync } from 'node:zlib'
import type { ServerUnderTest } from '../../test/helpers/server.ts'
import { forgetMost, get, median, memoryOf, open, range, type Visitor, verdict } from './measuring.ts'

const goalMs = 200
const path = '/runs/r1/jobs/check'
const megabyte = 1_000_000

/** The page of a job whose log is this large, next to the same page with a small log. */
export async function measureLog(server: ServerUnderTest, visitor: Visitor, bytes: number): Promise<void> {
  const small = await times(visitor)
  const lines = await write(join(server.data, 'logs', 'jobs', 'r1', 'check', '1.log'), bytes)
  await forgetMost(server.pid)
  const before = await memoryOf(server.pid)
  const text = await textOf(visitor)
  if (!text.includes(`line ${lines - 1} of`)) throw new Error('its end is not shown')
  const large = await times(visitor)
  const { most } = await memoryOf(server.pid)
  console.log(`\na job's log of ${(bytes / megabyte).toFixed(0)} MB: median (min–max) in ms`)
  console.log(`  ${'its page, with a small log'.padEnd(44)} ${range(small)}`)
  console.log(
    `  ${'its page, with the end shown'.padEnd(44)} ${range(large)}  ×${(median(large) / median(small)).toFixed(1)}; ${verdict(median(large), goalMs, 'ms')}`,
  )
  console.log(
    `  memory of the server at most ${(most - before.now).toFixed(0)} MB more than before; ${((await get(visitor, path)).bytes / 1000).toFixed(1)} KB over the wire`,
  )
}

async function times(visitor: Visitor): Promise<readonly number[]> {
  const taken: number[] = []
  for (let round = 0; round < 10; round += 1) taken.push((await get(visitor, path)).ms)
  return taken.slice(1)
}

async function textOf(visitor: Visitor): Promise<string> {
  const answer = await open(visitor, path, { 'accept-encoding': 'gzip' })
  return gunzipSync(Buffer.concat(await Array.fromAsync(answer))).toString('utf8')
}

/** As a job writes it; gives how many lines. */
async function write(file: string, bytes: number): Promise<number> {
  await mkdir(dirname(file), { recursive: true })
  let [written, line] = [0, 0]
  const batches = function* () {
    while (written < bytes) {
      const batch: string[] = []
      for (let index = 0; index < 10_000; index += 1, line += 1) {
        batch.push(
          `${line} 0 o line ${line} of a log: compiling src/module-${line % 977}.ts took ${(line * 7919) % 1000} ms\n`,
        )
      }
      const text = batch.join('')
      written += text.length
      yield text
    }
  }
  await pipeline(batches(), createWriteStream(file))
  return line
}
